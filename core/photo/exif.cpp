#include "core/photo/exif.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string_view>

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

std::recursive_mutex xmpMutex;

void lockXmp(void*, bool lock) {
  if (lock) {
    xmpMutex.lock();
  } else {
    xmpMutex.unlock();
  }
}

// Baseline tags of TIFF 6.0 that say how the samples lie in the file, and the blocks that have their own place.
constexpr std::array kStructure = {
    "Exif.Image.NewSubfileType"sv,
    "Exif.Image.SubfileType"sv,
    "Exif.Image.ImageWidth"sv,
    "Exif.Image.ImageLength"sv,
    "Exif.Image.BitsPerSample"sv,
    "Exif.Image.Compression"sv,
    "Exif.Image.PhotometricInterpretation"sv,
    "Exif.Image.FillOrder"sv,
    "Exif.Image.StripOffsets"sv,
    "Exif.Image.SamplesPerPixel"sv,
    "Exif.Image.RowsPerStrip"sv,
    "Exif.Image.StripByteCounts"sv,
    "Exif.Image.PlanarConfiguration"sv,
    "Exif.Image.Predictor"sv,
    "Exif.Image.ColorMap"sv,
    "Exif.Image.TileWidth"sv,
    "Exif.Image.TileLength"sv,
    "Exif.Image.TileOffsets"sv,
    "Exif.Image.TileByteCounts"sv,
    "Exif.Image.SubIFDs"sv,
    "Exif.Image.InkSet"sv,
    "Exif.Image.ExtraSamples"sv,
    "Exif.Image.SampleFormat"sv,
    "Exif.Image.SMinSampleValue"sv,
    "Exif.Image.SMaxSampleValue"sv,
    "Exif.Image.JPEGTables"sv,
    "Exif.Image.JPEGInterchangeFormat"sv,
    "Exif.Image.JPEGInterchangeFormatLength"sv,
    "Exif.Image.YCbCrCoefficients"sv,
    "Exif.Image.YCbCrSubSampling"sv,
    "Exif.Image.CFARepeatPatternDim"sv,
    "Exif.Image.CFAPattern"sv,
    "Exif.Image.InterColorProfile"sv,
    "Exif.Image.XMLPacket"sv,
    "Exif.Image.IPTCNAA"sv,
    "Exif.Image.ImageResources"sv,
};

// The first and the last tag of the DNG specification: they describe the sensor's data.
constexpr std::uint16_t kFirstDngTag = 0xc612;
constexpr std::uint16_t kLastDngTag = 0xcfff;

bool isStructure(const Exiv2::Exifdatum& tag) {
  const std::string group = tag.groupName();
  if (group.starts_with("SubImage") || group.starts_with("SubThumb") || group.starts_with("Image2") ||
      group.starts_with("Image3") || group == "PanasonicRaw") {
    return true;
  }
  if (group != "Image") return false;
  return std::ranges::find(kStructure, tag.key()) != kStructure.end() ||
         (tag.tag() >= kFirstDngTag && tag.tag() <= kLastDngTag);
}

std::vector<std::byte> encode(const Exiv2::ExifData& tags, std::span<const std::byte> original,
                              Exiv2::ByteOrder order) {
  if (tags.empty()) return {};
  Exiv2::Blob blob;
  const Exiv2::WriteMethod method =
      Exiv2::ExifParser::encode(blob, reinterpret_cast<const Exiv2::byte*>(original.data()),
                                static_cast<std::uint32_t>(original.size()), order, tags);
  // Exiv2 leaves the blob empty when nothing in the original had to change its place.
  if (blob.empty() && method == Exiv2::wmNonIntrusive) return {original.begin(), original.end()};
  const auto* bytes = reinterpret_cast<const std::byte*>(blob.data());
  return {bytes, bytes + blob.size()};
}

template <typename Data, typename Predicate>
void eraseIf(Data& data, Predicate predicate) {
  for (auto at = data.begin(); at != data.end();) at = predicate(*at) ? data.erase(at) : std::next(at);
}

}  // namespace

void initialiseExiv2() {
  static std::once_flag once;
  std::call_once(once, [] {
    Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    Exiv2::XmpParser::initialize(lockXmp, nullptr);
  });
}

Exiv2::ExifData decodeExif(std::span<const std::byte> block) {
  constexpr std::string_view kPrefix("Exif\0\0", 6);
  if (block.size() > kPrefix.size() && std::memcmp(block.data(), kPrefix.data(), kPrefix.size()) == 0) {
    block = block.subspan(kPrefix.size());
  }
  Exiv2::ExifData tags;
  if (!block.empty()) {
    Exiv2::ExifParser::decode(tags, reinterpret_cast<const Exiv2::byte*>(block.data()),
                              static_cast<std::uint32_t>(block.size()));
  }
  return tags;
}

std::vector<std::byte> encodeExif(const Exiv2::ExifData& tags, std::span<const std::byte> original) {
  const bool bigEndian = !original.empty() && original[0] == std::byte{'M'};
  return encode(tags, original, bigEndian ? Exiv2::bigEndian : Exiv2::littleEndian);
}

std::vector<std::byte> encodeExif(const Exiv2::ExifData& tags, Exiv2::ByteOrder order) {
  return encode(tags, {}, order == Exiv2::bigEndian ? Exiv2::bigEndian : Exiv2::littleEndian);
}

int orientationOf(const Exiv2::ExifData& tags) {
  const auto tag = tags.findKey(Exiv2::ExifKey("Exif.Image.Orientation"));
  if (tag == tags.end() || tag->count() == 0) return 0;
  const long value = tag->toLong();
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

void makeUpright(Exiv2::ExifData& tags) {
  const auto tag = tags.findKey(Exiv2::ExifKey("Exif.Image.Orientation"));
  if (tag != tags.end()) *tag = std::uint16_t{1};
  eraseIf(tags, [](const Exiv2::Exifdatum& each) { return each.groupName() == "Thumbnail"; });
}

void dropStructure(Exiv2::ExifData& tags) {
  eraseIf(tags, isStructure);
}

void addMissing(Exiv2::ExifData& tags, const Exiv2::ExifData& own) {
  for (const Exiv2::Exifdatum& tag : own) {
    const bool wanted = !isStructure(tag) || tag.key() == "Exif.Image.InterColorProfile";
    if (wanted && tags.findKey(Exiv2::ExifKey(tag.key())) == tags.end()) tags.add(tag);
  }
}

void dropPlaces(Exiv2::ExifData& tags) {
  eraseIf(tags,
          [](const Exiv2::Exifdatum& tag) { return tag.groupName() == "GPSInfo" || tag.key() == "Exif.Image.GPSTag"; });
}

void dropPlaces(Exiv2::IptcData& records) {
  constexpr std::array kPlaces = {Exiv2::IptcDataSets::LocationCode,  Exiv2::IptcDataSets::LocationName,
                                  Exiv2::IptcDataSets::City,          Exiv2::IptcDataSets::SubLocation,
                                  Exiv2::IptcDataSets::ProvinceState, Exiv2::IptcDataSets::CountryCode,
                                  Exiv2::IptcDataSets::CountryName};
  eraseIf(records, [&](const Exiv2::Iptcdatum& record) {
    return record.record() == Exiv2::IptcDataSets::application2 &&
           std::ranges::find(kPlaces, record.tag()) != kPlaces.end();
  });
}

void setPixelSize(Exiv2::ExifData& tags, std::int64_t width, std::int64_t height) {
  const auto set = [&](const char* key, std::int64_t value) {
    const auto tag = tags.findKey(Exiv2::ExifKey(key));
    // A tag that is right already keeps its type.
    if (tag == tags.end() || (tag->count() == 1 && tag->toLong() == value)) return;
    *tag = static_cast<std::uint32_t>(value);
  };
  set("Exif.Photo.PixelXDimension", width);
  set("Exif.Photo.PixelYDimension", height);
}

}  // namespace heirloom::core
