#include "core/photo/metadata.h"

#include <cstring>
#include <utility>

#include "core/photo/exif.h"
#include "core/photo/heif_file.h"
#include "core/photo/jxl_boxes.h"
#include "core/photo/signature.h"
#include "core/photo/xmp.h"

namespace heirloom::core {
namespace {

Message unreadable(std::string_view what, std::string_view why) {
  return HEIRLOOM_TEXT("photo.metadataUnreadable", "its %1 could not be read and will be missing: %2")
      .with(std::string(what), std::string(why));
}

std::vector<std::byte> bytesOf(const Exiv2::DataBuf& buffer) {
  const auto* bytes = reinterpret_cast<const std::byte*>(buffer.pData_);
  return {bytes, bytes + buffer.size_};
}

/// TIFF holds XMP as a tag, and Exiv2 gives the packet's own bytes only there.
std::string packetAmongTags(const Exiv2::ExifData& tags) {
  const auto tag = tags.findKey(Exiv2::ExifKey("Exif.Image.XMLPacket"));
  if (tag == tags.end() || tag->size() <= 0) return {};
  std::vector<Exiv2::byte> bytes(static_cast<std::size_t>(tag->size()));
  tag->copy(bytes.data(), Exiv2::littleEndian);
  return {bytes.begin(), bytes.end()};
}

MetadataRead readByExiv2(std::span<const std::byte> bytes) {
  const auto image =
      Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(bytes.data()), static_cast<long>(bytes.size()));
  image->readMetadata();
  MetadataRead read;
  Exiv2::ExifData& tags = image->exifData();
  read.orientation = orientationOf(tags);
  if (read.orientation == 0) read.orientation = 1;
  const std::string packet = packetAmongTags(tags);
  makeUpright(tags);
  dropStructure(tags);
  read.metadata.exif = encodeExif(tags, image->byteOrder());
  if (!image->iptcData().empty()) read.metadata.iptc = bytesOf(Exiv2::IptcParser::encode(image->iptcData()));
  // Otherwise Exiv2 would hand out its own rewriting of the packet.
  image->writeXmpFromPacket(true);
  read.metadata.xmp = packet.empty() ? image->xmpPacket() : packet;
  return read;
}

/// Blocks of boxed formats: orientation is the container's business there, the tag only repeats it.
MetadataRead fromBlocks(std::vector<std::byte> exif, std::string xmp, std::vector<Message>& warnings) {
  MetadataRead read;
  read.orientation = 1;
  read.metadata.xmp = std::move(xmp);
  if (exif.empty()) return read;
  try {
    Exiv2::ExifData tags = decodeExif(exif);
    makeUpright(tags);
    read.metadata.exif = encodeExif(tags, exif);
  } catch (const Exiv2::AnyError& error) {
    warnings.push_back(unreadable("EXIF", error.what()));
  }
  return read;
}

}  // namespace

MetadataRead readMetadata(const std::filesystem::path&, FileFormat format, std::span<const std::byte> bytes,
                          std::vector<Message>& warnings) {
  initialiseExiv2();
  MetadataRead read;
  try {
    switch (format) {
      case FileFormat::Jpeg:
      case FileFormat::Png:
      case FileFormat::WebP:
      case FileFormat::Raw:
        read = readByExiv2(bytes);
        break;
      case FileFormat::Tiff:
        if (isBigTiff(bytes)) {
          // Exiv2 knows only the classic form.
          warnings.push_back(HEIRLOOM_TEXT("photo.bigTiffUnread",
                                           "it is a BigTIFF, whose metadata cannot be read and will be missing"));
        } else {
          read = readByExiv2(bytes);
        }
        // Of several pictures in one file libvips takes the first, and knows that one's orientation.
        read.orientation = 0;
        break;
      case FileFormat::Heif:
      case FileFormat::Avif: {
        HeifMetadata found = readHeifMetadata(bytes);
        read = fromBlocks(std::move(found.exif), std::move(found.xmp), warnings);
        break;
      }
      case FileFormat::JpegXl: {
        JxlMetadata found = readJxlMetadata(bytes);
        read = fromBlocks(std::move(found.exif), std::move(found.xmp), warnings);
        break;
      }
      case FileFormat::Jpeg2000:
      case FileFormat::Gif:
        read.orientation = 1;
        break;
    }
  } catch (const Exiv2::AnyError& error) {
    warnings.push_back(unreadable("metadata", error.what()));
  }
  read.metadata.xmp = uprightXmp(utf8Xmp(read.metadata.xmp));
  return read;
}

Metadata metadataToWrite(const Metadata& metadata, const WriteOptions& options, const Layout& layout) {
  Metadata result;
  if (options.strip == Strip::All) return result;
  initialiseExiv2();
  result = metadata;
  try {
    Exiv2::ExifData tags = decodeExif(metadata.exif);
    makeUpright(tags);
    setPixelSize(tags, layout.width, layout.height);
    if (options.strip == Strip::Gps) dropPlaces(tags);
    if (!options.software.empty()) tags["Exif.Image.Software"] = options.software;
    result.exif = encodeExif(tags, metadata.exif);
    if (options.strip == Strip::Gps && !metadata.iptc.empty()) {
      Exiv2::IptcData records;
      Exiv2::IptcParser::decode(records, reinterpret_cast<const Exiv2::byte*>(metadata.iptc.data()),
                                static_cast<std::uint32_t>(metadata.iptc.size()));
      dropPlaces(records);
      result.iptc = bytesOf(Exiv2::IptcParser::encode(records));
    }
  } catch (const Exiv2::AnyError&) {
    // Nonsense that reading let pass; without it the photo can still be kept.
    result.exif.clear();
    result.iptc.clear();
  }
  if (options.strip == Strip::Gps) result.xmp = xmpWithoutPlaces(result.xmp);
  if (options.strip == Strip::Recipe) result.xmp = xmpWithoutRecipe(result.xmp);
  if (!options.recipe.empty() && options.strip != Strip::Recipe) result.xmp = xmpWithRecipe(result.xmp, options.recipe);
  if (options.generative) result.xmp = xmpAsGenerated(result.xmp);
  if (!options.software.empty()) result.xmp = xmpWithSoftware(result.xmp, options.software);
  return result;
}

std::vector<Message> metadataLosses(const Metadata& metadata, FileFormat format) {
  std::string lost;
  const auto add = [&](bool present, const char* name) {
    if (present) lost += (lost.empty() ? "" : ", ") + std::string(name);
  };
  const bool boxed = format == FileFormat::Heif || format == FileFormat::Avif || format == FileFormat::JpegXl;
  const bool nothing = format == FileFormat::Jpeg2000 || !traits(format).writable;
  add(nothing && !metadata.exif.empty(), "EXIF");
  add((nothing || boxed || format == FileFormat::WebP) && !metadata.iptc.empty(), "IPTC");
  add(nothing && !metadata.xmp.empty(), "XMP");
  if (lost.empty()) return {};
  return {HEIRLOOM_TEXT("photo.metadataLost", "%1 holds no %2, which will be missing")
              .with(std::string(traits(format).name), lost)};
}

std::vector<std::byte> withMetadata(std::span<const std::byte> encoded, const Metadata& metadata,
                                    FileFormat format) try {
  initialiseExiv2();
  const auto image = Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(encoded.data()),
                                               static_cast<long>(encoded.size()));
  image->readMetadata();
  Exiv2::ExifData tags = decodeExif(metadata.exif);
  if (format == FileFormat::Tiff) {
    // Resolution and the profile live among the tags there, and the encoder has just written them.
    addMissing(tags, image->exifData());
  }
  image->setExifData(tags);
  if (!metadata.iptc.empty()) {
    Exiv2::IptcData records;
    Exiv2::IptcParser::decode(records, reinterpret_cast<const Exiv2::byte*>(metadata.iptc.data()),
                              static_cast<std::uint32_t>(metadata.iptc.size()));
    image->setIptcData(records);
  }
  if (!metadata.xmp.empty()) {
    // As the packet it was, because Exiv2's own writing of XMP forgets what it does not know.
    image->setXmpPacket(metadata.xmp);
    image->writeXmpFromPacket(true);
  }
  image->writeMetadata();
  Exiv2::BasicIo& io = image->io();
  if (io.open() != 0) throw Exiv2::Error(Exiv2::kerDataSourceOpenFailed, "memory", "");
  std::vector<std::byte> bytes(io.size());
  if (io.read(reinterpret_cast<Exiv2::byte*>(bytes.data()), static_cast<long>(bytes.size())) !=
      static_cast<long>(bytes.size())) {
    throw Exiv2::Error(Exiv2::kerFailedToReadImageData);
  }
  return bytes;
} catch (const Exiv2::AnyError& error) {
  throw Error(HEIRLOOM_TEXT("photo.metadataNotWritten", "its metadata cannot be written: %1").with(error.what()),
              HEIRLOOM_TEXT("photo.stripMetadata", "choose another format, or leave all metadata out"));
}

std::string embeddedRecipe(const Metadata& metadata) {
  return recipeInXmp(metadata.xmp);
}

}  // namespace heirloom::core
