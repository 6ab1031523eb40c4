#include "tests/photo/pictures.h"

#include <lcms2.h>
#include <vips/vips.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

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

std::shared_ptr<core::Raster> picture(const core::Layout& layout) {
  auto raster = std::make_shared<core::Raster>(layout);
  std::mt19937 random(1);
  const int bands = layout.bands();
  std::vector<float> row(static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(bands));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto x = static_cast<double>(i / static_cast<std::size_t>(bands));
      const auto band = static_cast<double>(i % static_cast<std::size_t>(bands));
      const double wave = std::sin(x * 0.05 + band) * std::cos(static_cast<double>(y) * 0.07 + band);
      row[i] = static_cast<float>(0.5 + 0.45 * wave + 0.02 * (static_cast<double>(random() % 1000) / 1000 - 0.5));
    }
    fromFloat(row, {0, y, layout.width, 1}, *raster);
  }
  return raster;
}

core::Photo photoOf(const core::Layout& layout, std::vector<std::byte> iccProfile) {
  core::Photo photo;
  photo.raster = picture(layout);
  photo.iccProfile = std::move(iccProfile);
  return photo;
}

double largestDifference(const core::Raster& a, const core::Raster& b) {
  if (a.width() != b.width() || a.height() != b.height() || a.layout().bands() != b.layout().bands()) return 1e9;
  const core::Box box{0, 0, a.width(), a.height()};
  const auto count = static_cast<std::size_t>(a.width() * a.height() * a.layout().bands());
  std::vector<float> left(count);
  std::vector<float> right(count);
  toFloat(a, box, left);
  toFloat(b, box, right);
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(static_cast<double>(left[i]) - right[i]));
  return largest;
}

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

std::vector<std::byte> bytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

void writeBytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void writeText(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace heirloom::tests
