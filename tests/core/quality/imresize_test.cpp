#include "core/quality/imresize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "core/quality/metrics.h"
#include "core/quality/ycbcr.h"
#include "tests/support/shared.h"

namespace heirloom::core {
namespace {

FloatImage reference() {  // a[i,j] = ((7i + 11j) mod 50) / 50
  FloatImage image{16, 12, 1, {}};
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 16; ++j) image.values.push_back(static_cast<float>((7 * i + 11 * j) % 50) / 50.0F);
  }
  return image;
}

TEST(Imresize, shrinksAsMatlabDoes) {
  const FloatImage small = imresize(reference(), 0.25);
  ASSERT_EQ(small.width, 4);
  ASSERT_EQ(small.height, 3);
  constexpr std::array<float, 12> kExpected = {.42093F,   .4888579F, .5266404F, .4379126F, .5038506F, .4739276F,
                                               .5065674F, .4872194F, .5199119F, .4793362F, .4981618F, .5091844F};
  for (std::size_t i = 0; i < kExpected.size(); ++i) EXPECT_NEAR(small.values[i], kExpected[i], 1e-6) << i;
}

TEST(Imresize, enlargesAsMatlabDoes) {
  const FloatImage large = imresize(reference(), 2);
  ASSERT_EQ(large.width, 32);
  ASSERT_EQ(large.height, 24);
  constexpr std::array<float, 6> kExpected = {-.03375F, .0264062F, .1467188F, .261875F, .371875F, .4796778F};
  for (std::size_t i = 0; i < kExpected.size(); ++i) EXPECT_NEAR(large.values[i], kExpected[i], 1e-6) << i;
}

/// The weights of a resizing, exactly: MATLAB's are fractions of a power of two at these scales (kair.md 4.1).
struct ExactWeights {
  double scale;
  int denominator;
  std::vector<std::vector<int>> phases;  // of output samples in turn, along their input samples
  int (*first)(int output);              // the first of these

  float operator()(int output, int input) const {
    const std::vector<int>& weights = phases[static_cast<std::size_t>(output) % phases.size()];
    const int at = input - first(output);
    if (at < 0 || at >= static_cast<int>(weights.size())) return 0;
    return static_cast<float>(weights[static_cast<std::size_t>(at)]) / static_cast<float>(denominator);
  }
};

TEST(Imresize, anImpulseGivesMatlabsWeightsBitForBit) {
  const std::array<ExactWeights, 3> resizings = {
      {{0.5, 1024, {{-12, -36, 116, 444, 444, 116, -36, -12}}, [](int output) { return 2 * output - 3; }},
       {0.25,
        4096,
        {{-7, -45, -75, -49, 93, 399, 745, 987, 987, 745, 399, 93, -49, -75, -45, -7}},
        [](int output) { return 4 * output - 6; }},
       {2, 1024, {{-24, 232, 888, -72}, {-72, 888, 232, -24}}, [](int output) { return (output + 1) / 2 - 2; }}}};
  constexpr int kSide = 48;  // so far from the edges that none is mirrored
  for (const ExactWeights& weight : resizings) {
    for (const auto& [row, column] : {std::pair(20, 23), std::pair(21, 22), std::pair(22, 21), std::pair(23, 20)}) {
      FloatImage impulse{kSide, kSide, 1, std::vector<float>(static_cast<std::size_t>(kSide) * kSide)};
      impulse.row(row)[column] = 1;
      const FloatImage result = imresize(impulse, weight.scale);
      for (int y = 0; y < static_cast<int>(result.height); ++y) {
        for (int x = 0; x < static_cast<int>(result.width); ++x) {
          ASSERT_EQ(result.row(y)[x], weight(y, row) * weight(x, column))
              << weight.scale << ", " << row << ' ' << column << " to " << y << ' ' << x;
        }
      }
    }
  }
}

TEST(Imresize, roundsOddSidesUp) {
  const FloatImage small = imresize({7, 5, 3, std::vector<float>(7 * 5 * 3, 0.25F)}, 0.5);
  EXPECT_EQ(small.width, 4);
  EXPECT_EQ(small.height, 3);
  for (const float value : small.values) EXPECT_NEAR(value, 0.25F, 1e-6);
}

FloatImage toEightBits(FloatImage image) {
  for (float& value : image.values) value = std::nearbyint(std::clamp(value, 0.0F, 1.0F) * 255.0F) / 255.0F;
  return image;
}

std::vector<double> codes(const FloatImage& image) {
  std::vector<double> values;
  for (const float value : image.values) values.push_back(std::nearbyint(static_cast<double>(value) * 255));
  return values;
}

constexpr std::array<const char*, 5> kSet5 = {"baby", "bird", "butterfly", "head", "woman"};

/// The codes 0..255 of the top left of a colour picture, its sides cropped to multiples of `multiple`.
FloatImage codesOf(const std::filesystem::path& file, std::int64_t multiple) {
  const Photo photo = readPhoto(file);
  const std::int64_t width = photo.raster->width() / multiple * multiple;
  const std::int64_t height = photo.raster->height() / multiple * multiple;
  FloatImage picture{width, height, 3, std::vector<float>(static_cast<std::size_t>(width * height * 3))};
  toFloat(*photo.raster, {0, 0, width, height}, picture.values);
  for (float& value : picture.values) value = std::nearbyint(value * 255);
  return picture;
}

FloatImage toCodes(FloatImage image) {
  for (float& value : image.values) value = std::clamp(std::floor(value + 0.5F), 0.0F, 255.0F);
  return image;
}

// MATLAB's own results. Of codes, the sums are exact in float32 at 1/2 and 1/4, and at 1/3 none is a half, so that no
// sample may differ.
TEST(Imresize, givesTheReducedPicturesOfSet5) {
  REQUIRE_SHARED(folder, "testsets/set5");
  for (const int scale : {2, 3, 4}) {
    const std::string mark = std::to_string(scale);
    for (const std::string name : kSet5) {
      SCOPED_TRACE(name + " x" + mark);
      const FloatImage published = codesOf(folder / "LR_bicubic" / ("X" + mark) / (name + "x" + mark + ".png"), 1);
      const FloatImage large = codesOf(folder / "HR" / (name + ".png"), scale);
      const FloatImage small = toCodes(imresizeRows(toCodes(imresizeColumns(large, 1.0 / scale)), 1.0 / scale));
      ASSERT_EQ(small.width, published.width);
      ASSERT_EQ(small.height, published.height);
      std::size_t different = 0;
      for (std::size_t i = 0; i < small.values.size(); ++i) different += small.values[i] != published.values[i] ? 1 : 0;
      EXPECT_EQ(different, 0U) << "of " << small.values.size();
    }
  }
}

struct Anchor {
  int scale;
  double psnrLuma;
  double ssimLuma;
  double psnrExactLuma;
  double psnrRgb;
  std::array<double, 5> pictures;
};

// kair.md 8.2: Set5 down by MATLAB's bicubic, to 8 bits, up again, to 8 bits.
class BicubicAnchor : public testing::TestWithParam<Anchor> {};

TEST_P(BicubicAnchor, givesThePublishedFigures) {
  REQUIRE_SHARED(folder, "testsets/set5/HR");
  const Anchor& anchor = GetParam();
  double psnrLuma = 0;
  double ssimLuma = 0;
  double psnrExact = 0;
  double psnrRgb = 0;
  for (std::size_t i = 0; i < kSet5.size(); ++i) {
    const Photo photo = readPhoto(folder / (std::string(kSet5[i]) + ".png"));
    const std::int64_t width = photo.raster->width() / anchor.scale * anchor.scale;
    const std::int64_t height = photo.raster->height() / anchor.scale * anchor.scale;
    FloatImage picture{width, height, 3, std::vector<float>(static_cast<std::size_t>(width * height * 3))};
    ASSERT_EQ(photo.raster->layout().bands(), 3);
    toFloat(*photo.raster, {0, 0, width, height}, picture.values);
    const FloatImage small = toEightBits(imresize(picture, 1.0 / anchor.scale));
    const FloatImage again = toEightBits(imresize(small, anchor.scale));
    const std::vector<double> before = codes(picture);
    const std::vector<double> after = codes(again);
    const MetricImage a{width, height, 3, before};
    const MetricImage b{width, height, 3, after};
    const auto lumaA = lumaOf(a, LumaRounding::EightBit);
    const auto lumaB = lumaOf(b, LumaRounding::EightBit);
    const auto exactA = lumaOf(a, LumaRounding::None);
    const auto exactB = lumaOf(b, LumaRounding::None);
    const MetricImage yA{width, height, 1, lumaA};
    const MetricImage yB{width, height, 1, lumaB};
    const double luma = psnr(yA, yB, anchor.scale);
    EXPECT_NEAR(luma, anchor.pictures[i], 1e-3) << kSet5[i];
    psnrLuma += luma / 5;
    ssimLuma += ssim(yA, yB, anchor.scale) / 5;
    psnrExact += psnr({width, height, 1, exactA}, {width, height, 1, exactB}, anchor.scale) / 5;
    psnrRgb += psnr(a, b, anchor.scale) / 5;
  }
  EXPECT_NEAR(psnrLuma, anchor.psnrLuma, 2e-4);
  EXPECT_NEAR(ssimLuma, anchor.ssimLuma, 1e-4);
  EXPECT_NEAR(psnrExact, anchor.psnrExactLuma, 2e-4);
  EXPECT_NEAR(psnrRgb, anchor.psnrRgb, 2e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Set5, BicubicAnchor,
    testing::Values(Anchor{2, 33.6486, .9295, 33.6818, 31.7999, {37.042, 36.789, 27.432, 34.841, 32.139}},
                    Anchor{3, 30.3863, .8679, 30.4047, 28.6263, {33.901, 32.570, 24.035, 32.864, 28.560}},
                    Anchor{4, 28.4189, .8102, 28.4314, 26.6955, {31.773, 30.178, 22.097, 31.582, 26.464}}),
    [](const auto& tested) { return "x" + std::to_string(tested.param.scale); });

}  // namespace
}  // namespace heirloom::core
