#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/colour/working_colour.h"
#include "tests/photo/pictures.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::SampleType;

std::vector<std::byte> shown(const core::Raster& raster, const std::vector<std::byte>& profile,
                             const std::vector<std::byte>& display) {
  const core::DisplayTransform transform(raster.layout().model, profile, display);
  std::vector<std::byte> bgra(static_cast<std::size_t>(raster.width() * raster.height() * 4));
  transform.apply(raster, {0, 0, raster.width(), raster.height()}, bgra, static_cast<std::size_t>(raster.width()) * 4);
  return bgra;
}

TEST(DisplayTransform, onlySwapsBandsForSrgbOnSrgb) {
  for (const bool alpha : {false, true}) {
    const auto raster = picture({31, 17, ColourModel::Rgb, alpha, SampleType::UInt8});
    const auto bgra = shown(*raster, {}, {});
    const std::size_t bands = alpha ? 4 : 3;
    for (std::size_t x = 0; x < 31; ++x) {
      for (std::size_t band = 0; band < 3; ++band) {
        EXPECT_NEAR(std::to_integer<int>(bgra[x * 4 + 2 - band]),
                    std::to_integer<int>(raster->row(0)[x * bands + band]), 1);
      }
      EXPECT_EQ(bgra[x * 4 + 3], alpha ? raster->row(0)[x * bands + 3] : std::byte{255});
    }
  }
}

TEST(DisplayTransform, agreesForEverySampleType) {
  for (const NamedProfile& profile : profiles()) {
    SCOPED_TRACE(profile.name);
    const auto fine = picture({31, 17, profile.model, true, SampleType::Float32});
    const auto reference = shown(*fine, profile.bytes, {});
    for (const SampleType type : {SampleType::UInt8, SampleType::UInt16}) {
      const auto bgra = shown(*picture({31, 17, profile.model, true, type}), profile.bytes, {});
      int largest = 0;
      for (std::size_t i = 0; i < bgra.size(); ++i) {
        largest = std::max(largest, std::abs(std::to_integer<int>(bgra[i]) - std::to_integer<int>(reference[i])));
      }
      // Rounded to 8 bits before a steep curve, a dark tone of ProPhoto moves by a few codes.
      EXPECT_LE(largest, type == SampleType::UInt8 ? 6 : 2);
    }
  }
}

TEST(DisplayTransform, followsTheScreensProfile) {
  const auto raster = std::make_shared<core::Raster>(core::Layout{1, 1, ColourModel::Rgb, false, SampleType::UInt8});
  raster->row(0)[1] = std::byte{255};
  const auto onWide = shown(*raster, {}, profile("Adobe RGB"));
  // Pure sRGB green needs some red, and less than all green, on a screen that shows more.
  EXPECT_GT(std::to_integer<int>(onWide[2]), 100);
  EXPECT_GT(std::to_integer<int>(onWide[1]), 200);
}

TEST(DisplayTransform, drawsOnlyItsBox) {
  const auto raster = picture({20, 10, ColourModel::Grey, false, SampleType::UInt16});
  const core::DisplayTransform transform(ColourModel::Grey, {}, {});
  std::vector<std::byte> bgra(5 * 64, std::byte{7});
  transform.apply(*raster, {3, 2, 4, 5}, bgra, 64);
  for (std::size_t y = 0; y < 5; ++y) {
    const auto sample = raster->samples<std::uint16_t>(static_cast<std::int64_t>(y) + 2)[3];
    EXPECT_NEAR(std::to_integer<int>(bgra[y * 64]), sample / 257.0, 1.0);
    EXPECT_EQ(bgra[y * 64 + 3], std::byte{255});
    EXPECT_EQ(bgra[y * 64 + 16], std::byte{7});
  }
}

}  // namespace
}  // namespace heirloom::tests
