#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/colour/working_colour.h"
#include "tests/photo/pictures.h"
#include "tests/photo/profiles.h"

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

TEST(DisplayTransform, agreesWithTheWorkingColourForEverySampleType) {
  for (const NamedProfile& profile : profiles()) {
    // Black-point compensation is for screens only, and CMYK has a black that shows it.
    const int tolerance = profile.model == ColourModel::Cmyk ? 12 : 1;
    const auto raster = picture({31, 17, profile.model, false, SampleType::UInt8});
    const core::WorkingColour colour(profile.model, profile.bytes);
    std::vector<float> file(static_cast<std::size_t>(31 * 17 * colourBands(profile.model)));
    std::vector<float> working(static_cast<std::size_t>(31 * 17 * colour.bands()));
    toFloat(*raster, {0, 0, 31, 17}, file);
    colour.toWorking(file, working);
    for (const SampleType type : {SampleType::UInt8, SampleType::UInt16, SampleType::Float32}) {
      SCOPED_TRACE(profile.name + ", " + std::to_string(8 * sampleSize(type)) + " bits");
      core::Raster same({31, 17, profile.model, false, type});
      fromFloat(file, {0, 0, 31, 17}, same);
      const auto bgra = shown(same, profile.bytes, {});
      for (std::size_t pixel = 0; pixel < 31 * 17; ++pixel) {
        for (std::size_t band = 0; band < 3; ++band) {
          const float value = working[colour.bands() == 1 ? pixel : pixel * 3 + band];
          ASSERT_NEAR(std::to_integer<int>(bgra[pixel * 4 + 2 - band]), std::clamp(value, 0.0f, 1.0f) * 255, tolerance);
        }
      }
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
