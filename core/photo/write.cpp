#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/photo/conversion.h"
#include "core/photo/encoding.h"
#include "core/photo/heif_file.h"
#include "core/photo/jpeg_tables.h"
#include "core/photo/jxl_boxes.h"
#include "core/photo/metadata.h"
#include "core/photo/photo.h"
#include "models/common/atomic_file.h"

namespace heirloom::core {
namespace {

/// What an encoder wrote so far, mapped.
class Written {
 public:
  explicit Written(int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) throw cannotWrite(errno);
    size_ = static_cast<std::size_t>(status.st_size);
    data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data_ == MAP_FAILED) throw cannotWrite(errno);
  }
  ~Written() { munmap(data_, size_); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

void requireWritable(FileFormat format) {
  if (traits(format).writable) return;
  throw Error(HEIRLOOM_TEXT("photo.notWritable", "%1 is read, not written").with(std::string(traits(format).name)),
              HEIRLOOM_TEXT("photo.chooseAnother", "choose another format"));
}

void addMetadata(AtomicFile& file, const Metadata& metadata, FileFormat format, const Photo& photo,
                 const Layout& layout) {
  // libvips makes up EXIF of its own in these two, which has to go even where nothing else comes.
  const bool madeUp = format == FileFormat::Jpeg || format == FileFormat::WebP;
  if (metadata.empty() && !madeUp) return;
  std::vector<std::byte> whole;
  {
    const Written written(file.descriptor());
    whole = format == FileFormat::JpegXl ? withJxlMetadata(written.bytes(), {metadata.exif, metadata.xmp})
                                         : withMetadata(written.bytes(), metadata, format);
  }
  if (format == FileFormat::Jpeg && layout.model != ColourModel::Cmyk) {
    whole = withJfifHeader(whole, photo.pixelsPerMillimetreX, photo.pixelsPerMillimetreY);
  }
  file.replaceContents(whole);
}

Metadata writtenMetadata(const Photo& photo, const WriteOptions& options) {
  return metadataToWrite(photo.metadata, options, photo.raster->layout());
}

/// Exiv2 knows only the classic form of TIFF, whose offsets end at 4 GB.
bool isBigTiff(const Layout& layout, FileFormat format) {
  return format == FileFormat::Tiff && needsBigTiff(layout);
}

std::vector<Message> lossesOf(const Conversion& plan, const Metadata& metadata, FileFormat format) {
  std::vector<Message> messages = plan.warnings;
  const auto lost = metadataLosses(metadata, format);
  messages.insert(messages.end(), lost.begin(), lost.end());
  if (isBigTiff(plan.target, format) && !metadata.empty()) {
    messages.push_back(HEIRLOOM_TEXT("photo.bigTiffMetadata", "a TIFF of more than 4 GB is written without metadata"));
  }
  return messages;
}

}  // namespace

std::vector<Message> losses(const Photo& photo, const WriteOptions& options) {
  return lossesOf(planConversion(photo, options), writtenMetadata(photo, options), options.format);
}

std::vector<Message> writePhoto(const Photo& photo, const std::filesystem::path& file,
                                const WriteOptions& options) try {
  initialiseVips();
  const FileFormat format = options.format;
  requireWritable(format);
  requireFits(photo.raster->width(), photo.raster->height(), format, file);
  if (!options.overwrite) requireAbsent(file);

  const Conversion plan = planConversion(photo, options);
  const Metadata metadata = writtenMetadata(photo, options);
  std::vector<Message> messages = lossesOf(plan, metadata, format);
  const Converted converted = convert(photo, plan, options);

  AtomicFile target(file);
  const bool boxed = format == FileFormat::Heif || format == FileFormat::Avif;
  if (boxed) {
    const HeifCoding coding{format, options.quality.value_or(95), options.lossless};
    target.replaceContents(encodeHeif(*converted.raster, converted.iccProfile, {metadata.exif, metadata.xmp}, coding));
  } else {
    encode(photo, converted, options, target);
    if (format != FileFormat::Jpeg2000 && !isBigTiff(plan.target, format)) {
      addMetadata(target, metadata, format, photo, plan.target);
    }
  }
  target.commit(options.overwrite);
  return messages;
} catch (const Error& error) {
  throw error.in(file);
}

}  // namespace heirloom::core
