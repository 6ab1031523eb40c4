#include "tests/photo/profiles.h"

#include <lcms2.h>
#include <vips/vips.h>

#include <algorithm>
#include <stdexcept>

#include "core/photo/photo.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;

std::vector<std::byte> saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::vector<std::byte> bytes(size);
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  return bytes;
}

std::vector<std::byte> rgb(const cmsCIExyYTRIPLE& primaries, const cmsCIExyY& white, cmsToneCurve* curve) {
  cmsToneCurve* curves[] = {curve, curve, curve};
  const auto bytes = saved(cmsCreateRGBProfile(&white, &primaries, curves));
  cmsFreeToneCurve(curve);
  return bytes;
}

cmsToneCurve* srgbCurve() {
  const cmsFloat64Number parameters[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return cmsBuildParametricToneCurve(nullptr, 4, parameters);
}

std::vector<std::byte> grey(double gamma) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  const auto bytes = saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return bytes;
}

std::vector<std::byte> cmyk() {
  core::initialiseVips();
  VipsBlob* blob = nullptr;
  if (vips_profile_load("cmyk", &blob, nullptr) != 0) throw std::runtime_error("libvips has no CMYK profile");
  std::size_t size = 0;
  const auto* data = static_cast<const std::byte*>(vips_blob_get(blob, &size));
  std::vector<std::byte> bytes(data, data + size);
  vips_area_unref(VIPS_AREA(blob));
  return bytes;
}

}  // namespace

std::vector<NamedProfile> profiles() {
  const cmsCIExyY d65 = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE adobe = {{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
  const cmsCIExyYTRIPLE p3 = {{0.68, 0.32, 1}, {0.265, 0.69, 1}, {0.15, 0.06, 1}};
  const cmsCIExyYTRIPLE proPhoto = {{0.7347, 0.2653, 1}, {0.1596, 0.8404, 1}, {0.0366, 0.0001, 1}};
  return {
      {"sRGB", ColourModel::Rgb, saved(cmsCreate_sRGBProfile())},
      {"Adobe RGB", ColourModel::Rgb, rgb(adobe, d65, cmsBuildGamma(nullptr, 2.19921875))},
      {"Display P3", ColourModel::Rgb, rgb(p3, d65, srgbCurve())},
      {"ProPhoto", ColourModel::Rgb, rgb(proPhoto, *cmsD50_xyY(), cmsBuildGamma(nullptr, 1.8))},
      {"grey 2.2", ColourModel::Grey, grey(2.2)},
      {"CMYK", ColourModel::Cmyk, cmyk()},
  };
}

std::vector<std::byte> profile(const std::string& name) {
  const auto all = profiles();
  return std::ranges::find(all, name, &NamedProfile::name)->bytes;
}

}  // namespace heirloom::tests
