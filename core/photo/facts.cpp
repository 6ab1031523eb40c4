#include "core/photo/facts.h"

#include <array>
#include <string_view>

#include "core/colour/profile.h"
#include "core/photo/exif.h"
#include "models/common/error.h"

namespace heirloom::core {
namespace {

struct Wanted {
  const char* name;
  const char* exif;
  const char* xmp;
};

constexpr std::array<Wanted, 9> kWanted = {{{"camera", "Exif.Image.Model", "Xmp.tiff.Model"},
                                            {"lens", "Exif.Photo.LensModel", "Xmp.aux.Lens"},
                                            {"date", "Exif.Photo.DateTimeOriginal", "Xmp.photoshop.DateCreated"},
                                            {"exposure", "Exif.Photo.ExposureTime", "Xmp.exif.ExposureTime"},
                                            {"aperture", "Exif.Photo.FNumber", "Xmp.exif.FNumber"},
                                            {"sensitivity", "Exif.Photo.ISOSpeedRatings", "Xmp.exif.ISOSpeedRatings"},
                                            {"latitude", "Exif.GPSInfo.GPSLatitude", "Xmp.exif.GPSLatitude"},
                                            {"longitude", "Exif.GPSInfo.GPSLongitude", "Xmp.exif.GPSLongitude"},
                                            {"copyright", "Exif.Image.Copyright", "Xmp.dc.rights"}}};

Exiv2::ExifData exifOf(const Metadata& metadata) {
  if (metadata.exif.empty()) return {};
  try {
    return decodeExif(metadata.exif);
  } catch (const Exiv2::Error&) {
    return {};
  }
}

Exiv2::XmpData xmpOf(const Metadata& metadata) {
  Exiv2::XmpData xmp;
  if (!metadata.xmp.empty() && Exiv2::XmpParser::decode(xmp, metadata.xmp) != 0) xmp.clear();
  return xmp;
}

}  // namespace

std::string profileName(std::span<const std::byte> profile) {
  if (profile.empty()) return {};
  const ContextPointer context = quietContext();
  const ProfilePointer opened(
      cmsOpenProfileFromMemTHR(context.get(), profile.data(), static_cast<cmsUInt32Number>(profile.size())));
  if (!opened) return {};
  std::array<char, 256> name{};
  cmsGetProfileInfoASCII(opened.get(), cmsInfoDescription, "en", "US", name.data(),
                         static_cast<cmsUInt32Number>(name.size()));
  return oneLine(name.data());
}

std::vector<std::pair<std::string, std::string>> tagsOf(const Metadata& metadata) {
  initialiseExiv2();
  const Exiv2::ExifData exif = exifOf(metadata);
  const Exiv2::XmpData xmp = xmpOf(metadata);
  std::vector<std::pair<std::string, std::string>> tags;
  for (const Wanted& wanted : kWanted) {
    std::string value;
    if (const auto tag = exif.findKey(Exiv2::ExifKey(wanted.exif)); tag != exif.end()) {
      value = tag->print(&exif);
    } else if (const auto property = xmp.findKey(Exiv2::XmpKey(wanted.xmp)); property != xmp.end()) {
      value = property->toString();
    }
    if (!value.empty()) tags.emplace_back(wanted.name, oneLine(value));
  }
  return tags;
}

}  // namespace heirloom::core
