#include "core/degrade/degradations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/degrade/filter.h"
#include "core/degrade/random_kernel.h"
#include "models/common/error.h"

namespace heirloom::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Soft structure in all directions and the three bands.
at::Tensor scene(std::int64_t height, std::int64_t width) {
  const at::Tensor y = at::arange(height, at::kFloat).view({1, height, 1}), x = at::arange(width, at::kFloat);
  const at::Tensor phase = at::tensor({0.0F, 1.0F, 2.0F}).view({3, 1, 1});
  return 0.5 + 0.2 * (0.35 * x + phase).sin() + 0.2 * (0.3 * y - phase).cos();
}

double meanOf(const at::Tensor& x) {
  return x.mean().item<double>();
}

double deviation(const at::Tensor& x) {
  return x.std().item<double>();
}

/// How far neighbours differ along a dimension.
double steps(const at::Tensor& x, int dimension) {
  return meanOf(x.diff(1, dimension).abs());
}

class EveryDegradation : public testing::TestWithParam<std::string> {
 protected:
  RandomDegradation degradation_{{{GetParam(), {}}}};
};

TEST_P(EveryDegradation, keepsShapeAndRangeOfAnyPicture) {
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 40}, {33, 47}, {160, 20}}) {
    for (const double level : {0.0, 1.0}) {
      Random random(3);
      const at::Tensor picture = at::full({3, height, width}, level, at::kFloat);
      for (int i = 0; i < 5; ++i) {
        const at::Tensor result = degradation_(picture, random);
        ASSERT_EQ(result.sizes(), picture.sizes());
        EXPECT_GE(result.min().item<float>(), 0);
        EXPECT_LE(result.max().item<float>(), 1 + 1e-6);
      }
    }
  }
}

TEST_P(EveryDegradation, isTheSameForTheSameSeedAndLeavesThePicture) {
  const at::Tensor picture = scene(40, 52), before = picture.clone();
  Random random(5), again(5), other(6);
  const at::Tensor first = degradation_(picture, random);
  EXPECT_TRUE(at::equal(first, degradation_(picture, again)));
  EXPECT_FALSE(at::equal(first, degradation_(picture, other)));
  EXPECT_TRUE(at::equal(picture, before));
  EXPECT_FALSE(at::allclose(first, picture, 1e-3, 1e-3));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryDegradation,
                         testing::Values("haze", "rain", "snow", "low_light", "motion_blur", "real_esrgan"),
                         [](const auto& tested) { return tested.param; });

TEST(Haze, drawsEverythingTowardsTheAirlight) {
  const at::Tensor picture = scene(64, 64);
  Random random(1);
  const Haze haze{.scattering = 1.5, .airlight = 0.9};
  const at::Tensor hazy = degraded(picture, haze, random);
  EXPECT_LT(deviation(hazy), 0.9 * deviation(picture));
  // Nowhere beyond the airlight, nowhere farther from it than before.
  EXPECT_TRUE(((hazy - 0.9).abs() <= (picture - 0.9).abs() + 1e-6).all().item<bool>());
  EXPECT_TRUE((((hazy - 0.9) * (picture - 0.9)) >= -1e-6).all().item<bool>());
  Random same(1);
  EXPECT_TRUE(at::allclose(degraded(picture, Haze{.scattering = 0, .airlight = 0.9}, same), picture));
}

TEST(Haze, itsDepthIsSmooth) {
  Random random(2);
  const at::Tensor veil = degraded(at::zeros({3, 300, 300}), Haze{.scattering = 1.8, .airlight = 1}, random);
  EXPECT_LT(veil.diff(1, 2).abs().max().item<double>(), 0.03);
  EXPECT_GT(deviation(veil), 0.02);
}

TEST(RainStreaks, onlyBrightenAndLieAlongTheirAngle) {
  const at::Tensor dark = at::full({3, 128, 128}, 0.2F);
  Random random(1), turned(1);
  const at::Tensor upright =
      degraded(dark, Rain{.density = 0.002, .length = 20, .angle = 0, .brightness = 0.5}, random) - dark;
  EXPECT_GE(upright.min().item<double>(), 0);
  EXPECT_NEAR(upright.max().item<double>(), 0.5, 0.05);
  EXPECT_LT(steps(upright, 1), 0.2 * steps(upright, 2));
  const at::Tensor lying =
      degraded(dark, Rain{.density = 0.002, .length = 20, .angle = 90, .brightness = 0.5}, turned) - dark;
  EXPECT_LT(steps(lying, 2), 0.2 * steps(lying, 1));
  EXPECT_TRUE(at::equal(upright[0], upright[2]));  // drops are white
}

TEST(Snow, coversAboutAsMuchAsItSaysWithWhite) {
  const at::Tensor dark = at::zeros({3, 256, 256});
  Random random(1);
  const at::Tensor light = degraded(dark, Snow{.coverage = 0.1, .radius = 2, .opacity = 1}, random);
  const double covered = meanOf((light > 0.3).to(at::kFloat));
  EXPECT_GT(covered, 0.05);
  EXPECT_LT(covered, 0.2);
  EXPECT_GT(light.max().item<double>(), 0.8);
  Random half(1);
  EXPECT_LE(degraded(dark, Snow{.coverage = 0.1, .radius = 2, .opacity = 0.5}, half).max().item<double>(), 0.5);
}

TEST(LowLight, darkensByTheFormulaUnderItsNoise) {
  const at::Tensor picture = at::full({3, 200, 200}, 0.8F);
  Random random(1);
  const LowLight light{.alpha = 0.9, .beta = 0.8, .gamma = 2, .shot = 0.002, .read = 0.01};
  const at::Tensor dark = degraded(picture, light, random);
  const double expected = 0.8 * 0.9 * 0.9 * 0.8 * 0.8;
  EXPECT_NEAR(meanOf(dark), expected, 0.002);
  EXPECT_NEAR(deviation(dark), std::sqrt(0.002 * expected + 0.01 * 0.01), 0.001);
}

TEST(MotionBlur, keepsTheMeanAndFlattensAlongTheMotion) {
  const at::Tensor picture = scene(96, 96);
  Random random(1);
  const at::Tensor across = degraded(picture, MotionBlur{.length = 15, .angle = 0}, random);
  EXPECT_NEAR(meanOf(across), meanOf(picture), 0.01);
  EXPECT_LT(steps(across, 2), 0.5 * steps(picture, 2));
  EXPECT_NEAR(steps(across, 1), steps(picture, 1), 0.05 * steps(picture, 1));
  const at::Tensor down = degraded(picture, MotionBlur{.length = 15, .angle = 90}, random);
  EXPECT_LT(steps(down, 1), 0.5 * steps(picture, 1));
}

TEST(SecondOrder, losesFineDetailAndKeepsTheLight) {
  const at::Tensor picture = scene(128, 128);
  Random random(4);
  at::Tensor total = at::zeros_like(picture);
  constexpr int kDraws = 8;
  for (int i = 0; i < kDraws; ++i) {
    const at::Tensor low = degraded(picture, SecondOrder{.reduction = 4}, random);
    EXPECT_NEAR(meanOf(low), meanOf(picture), 0.06);
    total += low;
  }
  EXPECT_LT(steps(total / kDraws, 2), 0.7 * steps(picture, 2));
}

TEST(RandomKernel, sumsToOneAndIsOddAndSquare) {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    const at::Tensor kernel = randomKernel({0.2, 3}, random);
    EXPECT_EQ(kernel.size(0), kernel.size(1));
    EXPECT_TRUE(kernel.size(0) % 2 == 1 && kernel.size(0) >= 7 && kernel.size(0) <= 21);
    EXPECT_NEAR(kernel.sum().item<double>(), 1, 1e-5);
    EXPECT_TRUE(at::allclose(kernel, kernel.flip({0, 1}), 1e-5, 1e-7));
  }
}

/// The formula, pixel by pixel and with the whole kernel, in double.
at::Tensor sharpenedPlainly(const at::Tensor& picture) {
  constexpr int kReach = 25;
  constexpr double kSigma = 8;
  const std::int64_t height = picture.size(1), width = picture.size(2);
  const auto gaussian = [](int distance) { return std::exp(-distance * distance / (2 * kSigma * kSigma)); };
  double sum = 0;
  for (int i = -kReach; i <= kReach; ++i) sum += gaussian(i);
  const auto blurred = [&](const at::Tensor& plane) {
    at::Tensor result = at::zeros_like(plane);
    const auto from = plane.accessor<double, 2>();
    auto to = result.accessor<double, 2>();
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        for (int i = -kReach; i <= kReach; ++i) {
          const std::int64_t row = std::clamp<std::int64_t>(y + i, 0, height - 1);
          for (int j = -kReach; j <= kReach; ++j)
            to[y][x] += gaussian(i) * gaussian(j) * from[row][std::clamp<std::int64_t>(x + j, 0, width - 1)];
        }
      }
    }
    return result / (sum * sum);
  };
  std::vector<at::Tensor> planes;
  for (std::int64_t band = 0; band < picture.size(0); ++band) {
    const at::Tensor plane = picture[band].to(at::kDouble).contiguous();
    const at::Tensor detail = plane - blurred(plane);
    const at::Tensor share = blurred((detail.abs() > 10.0 / 255).to(at::kDouble));
    planes.push_back(share * (plane + 0.5 * detail).clamp(0, 1) + (1 - share) * plane);
  }
  return at::stack(planes);
}

TEST(Sharpening, isWhatItsFormulaSays) {
  at::Tensor picture = scene(24, 36) * 0.2 + 0.1;
  picture.narrow(2, 16, 20).add_(0.7);  // an edge, whose bright side goes beyond white
  const at::Tensor result = sharpened(picture);
  EXPECT_LT((result - sharpenedPlainly(picture)).abs().max().item<double>(), 1e-5);
  EXPECT_GT((result - picture).abs().max().item<double>(), 0.05);
  EXPECT_LE(result.max().item<double>(), 1);
  EXPECT_GE(result.min().item<double>(), 0);
}

TEST(Sharpening, leavesFlatAndNoisyPicturesAlone) {
  for (const auto& [height, width] : {std::pair{1, 1}, {40, 3}, {64, 64}}) {
    const at::Tensor grey = at::full({3, height, width}, 0.4F);
    EXPECT_TRUE(at::allclose(sharpened(grey), grey, 0, 1e-6));
  }
  const at::Tensor noisy = 0.5 + 0.02 * (at::rand({3, 64, 64}) - 0.5);  // less than ten of 255
  EXPECT_TRUE(at::equal(sharpened(noisy), noisy));
}

// Passes what is slower than its cut-off, holds back what is faster.
TEST(SincKernel, cutsOffAtItsFrequency) {
  const at::Tensor kernel = sincKernel(21, 1.2), x = at::arange(21, at::kFloat) - 10;
  const auto response = [&](double omega) { return (kernel.sum(0) * (omega * x).cos()).sum().item<double>(); };
  EXPECT_NEAR(response(0.4), 1, 0.15);
  EXPECT_NEAR(response(2.4), 0, 0.15);
}

TEST(RandomDegradation, choosesAmongItsKindsWithinTheRanges) {
  const RandomDegradation one_of({{"haze", {{"scattering", {10, 10}}, {"airlight", {1, 1}}}},
                                  {"low_light", {{"beta", {0, 0}}, {"read", {0, 0}}}}});
  const at::Tensor grey = at::full({3, 16, 16}, 0.5F);
  Random random(1);
  int light = 0;
  constexpr int kDraws = 40;
  for (int i = 0; i < kDraws; ++i) {
    const double level = meanOf(one_of(grey, random));
    EXPECT_TRUE(level > 0.9 || level == 0) << level;
    light += level > 0.9;
  }
  EXPECT_GT(light, kDraws / 5);
  EXPECT_LT(light, kDraws * 4 / 5);
  EXPECT_TRUE(RandomDegradation({}).empty());
}

TEST(RandomDegradation, refusesWhatThereIsNot) {
  const auto refusal = [](const std::map<std::string, DegradationRanges>& kinds) {
    try {
      const RandomDegradation degradation(kinds);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string{};
  };
  EXPECT_THAT(refusal({{"fog", {}}}),
              AllOf(HasSubstr("fog"), HasSubstr("haze, rain, snow, low_light, motion_blur, real_esrgan")));
  EXPECT_THAT(refusal({{"rain", {{"lenght", {8, 9}}}}}), AllOf(HasSubstr("lenght"), HasSubstr("density, length")));
  EXPECT_THAT(refusal({{"rain", {{"length", {9, 8}}}}}), HasSubstr("the smaller first"));
  EXPECT_THAT(refusal({{"haze", {{"airlight", {0.5, 1.5}}}}}), HasSubstr("0 to 1"));
  EXPECT_THAT(refusal({{"haze", {{"airlight", {std::numeric_limits<double>::quiet_NaN(), 1}}}}}), HasSubstr("0 to 1"));
}

}  // namespace
}  // namespace heirloom::core
