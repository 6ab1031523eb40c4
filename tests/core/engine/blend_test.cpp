#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/engine/enlarge.h"
#include "core/engine/run.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

using tests::photoOf;
using tests::samplesOf;
using tests::texturedPhoto;

Layout layoutOf(SampleType type, ColourModel model = ColourModel::Rgb, bool alpha = false) {
  return {37, 23, model, alpha, type};
}

std::shared_ptr<const Raster> resultLike(const Layout& source, double value, int factor = 1) {
  Layout layout = source;
  layout.width *= factor;
  layout.height *= factor;
  layout.type = resultType(source.type);
  return photoOf(layout, [value](auto, auto, int) { return value; }).raster;
}

TEST(Blend, strengthZeroGivesTheSourcesOwnSamplesBitForBit) {
  for (const SampleType type : {SampleType::UInt8, SampleType::UInt16, SampleType::Float32}) {
    for (const ColourModel model : {ColourModel::Grey, ColourModel::Rgb, ColourModel::Cmyk}) {
      const auto source = photoOf(layoutOf(type, model, true), [](auto x, auto y, int band) {
                            return x == 3 && y == 4
                                       ? std::numeric_limits<double>::quiet_NaN()
                                       : -0.3 + 0.05 * static_cast<double>(x) + 0.001 * static_cast<double>(y * band);
                          }).raster;
      const auto same = blend(*source, *resultLike(source->layout(), 0.5), 0);
      ASSERT_EQ(same->layout(), source->layout());
      for (std::int64_t y = 0; y < source->height(); ++y) {
        ASSERT_TRUE(std::ranges::equal(same->row(y), source->row(y))) << y;
      }
    }
  }
}

TEST(Blend, roundsOnce) {
  // 100 and 100.8 of 255 at one half: 100.4 is 100; a result already rounded to 101 would give 100.5 and, to even, 100
  // or 101.
  const auto source = photoOf(layoutOf(SampleType::UInt8), [](auto, auto, int) { return 101.0 / 255; }).raster;
  const auto result = resultLike(source->layout(), 101.8 / 255);
  EXPECT_EQ(blend(*source, *result, 0.5)->samples<std::uint8_t>(0)[0], 101);   // 101.4
  EXPECT_EQ(blend(*source, *result, 0.75)->samples<std::uint8_t>(0)[0], 102);  // 101.6
  EXPECT_EQ(blend(*source, *result, 1)->samples<std::uint8_t>(0)[0], 102);
}

TEST(Blend, keepsTheSourcesTypeAndDepth) {
  const auto source = texturedPhoto(layoutOf(SampleType::UInt16)).raster;
  const auto blended = blend(*source, *resultLike(source->layout(), 1), 0.25);
  EXPECT_EQ(blended->layout(), source->layout());
  const float before = samplesOf(*source)[10];
  EXPECT_NEAR(samplesOf(*blended)[10], before + 0.25F * (1 - before), 1.0 / 65535);
}

TEST(Blend, aRegionEqualsItsPartOfTheWhole) {
  for (const int factor : {1, 3}) {
    const auto source = texturedPhoto(layoutOf(SampleType::UInt8, ColourModel::Rgb, true)).raster;
    const auto result = resultLike(source->layout(), 0.7, factor);
    for (const double strength : {0.0, 0.4, 1.0}) {
      const auto whole = blend(*source, *result, strength);
      const Box region{11, 5, 20, 13};
      const auto part = blend(*source, *result, strength, region);
      ASSERT_EQ(part->width(), region.width);
      for (std::int64_t y = 0; y < region.height; ++y) {
        const auto row =
            whole->row(region.y + y)
                .subspan(static_cast<std::size_t>(region.x * 4), static_cast<std::size_t>(region.width * 4));
        ASSERT_TRUE(std::ranges::equal(part->row(y), row)) << factor << " " << strength;
      }
    }
  }
}

TEST(Blend, anEnlargedResultFadesIntoTheBicubicallyEnlargedSource) {
  const auto source = photoOf(layoutOf(SampleType::Float32), [](auto x, auto y, int) {
                        return 0.01 * static_cast<double>(x + 2 * y);
                      }).raster;
  const auto result = resultLike(source->layout(), 5, 2);
  const auto none = samplesOf(*blend(*source, *result, 0));
  const auto half = samplesOf(*blend(*source, *result, 0.5));
  const std::size_t at = (20 * 74 + 30) * 3;
  EXPECT_NEAR(none[at], 0.01 * ((30.5 / 2 - 0.5) + 2 * (20.5 / 2 - 0.5)), 1e-5);  // bicubic keeps a ramp
  EXPECT_NEAR(half[at], (none[at] + 5) / 2, 1e-5);
}

TEST(Blend, refusesAResultOfAnotherPicture) {
  const auto source = texturedPhoto(layoutOf(SampleType::UInt8)).raster;
  Layout other = source->layout();
  other.width += 1;
  EXPECT_THROW(blend(*source, *resultLike(other, 0.5), 0.5), Error);
}

TEST(Enlargement, weightsAreKeysCubicAndEdgesRepeat) {
  // Phases of factor 2: -0.0234375, 0.2265625, 0.8671875, -0.0703125 and their reverse.
  const Enlargement twice(8, 1, 2);
  std::vector<float> impulse(8, 0.0F);
  impulse[3] = 1;
  const std::vector<float> large = twice(impulse, 1, {0, 0, 16, 1});
  EXPECT_FLOAT_EQ(large[6], 0.8671875F);
  EXPECT_FLOAT_EQ(large[7], 0.8671875F);
  EXPECT_FLOAT_EQ(large[5], 0.2265625F);
  EXPECT_FLOAT_EQ(large[8], 0.2265625F);
  EXPECT_FLOAT_EQ(large[4], -0.0703125F);
  EXPECT_FLOAT_EQ(large[3], -0.0234375F);
  const std::vector<float> flat = twice(std::vector<float>(8, 0.3F), 1, {0, 0, 16, 2});
  for (const float value : flat) EXPECT_NEAR(value, 0.3F, 1e-6);
}

}  // namespace
}  // namespace heirloom::core
