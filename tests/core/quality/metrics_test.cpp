#include "core/quality/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/quality/ycbcr.h"
#include "models/common/error.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kWidth = 48;
constexpr std::int64_t kHeight = 40;

/// The closed-form generator of the reference goldens (kair.md 8.3): -0.5 .. 0.5.
class Filling {
 public:
  explicit Filling(std::uint32_t seed) : state_(seed * 2654435761U) {}
  double operator()() {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 8) / 16777216.0 - 0.5;
  }

 private:
  std::uint32_t state_;
};

/// The two pictures of kair.md 8.4.
struct Pair {
  std::vector<double> a;
  std::vector<double> b;

  Pair() {
    Filling first(11);
    Filling second(12);
    for (std::int64_t i = 0; i < kWidth * kHeight * 3; ++i) {
      const double value = std::floor((first() + 0.5) * 256);
      const double other = std::floor((second() + 0.5) * 256);
      a.push_back(value);
      b.push_back(std::clamp(value + std::floor(other / 16) - 8, 0.0, 255.0));
    }
  }
};

MetricImage colour(const std::vector<double>& values) {
  return {kWidth, kHeight, 3, values};
}
MetricImage grey(const std::vector<double>& values) {
  return {kWidth, kHeight, 1, values};
}

TEST(Metrics, samplesAreThoseOfTheReference) {
  const Pair pair;
  EXPECT_EQ(std::vector<double>(pair.a.begin(), pair.a.begin() + 3), (std::vector<double>{121, 64, 72}));
  EXPECT_EQ(std::vector<double>(pair.b.begin(), pair.b.begin() + 3), (std::vector<double>{120, 58, 67}));
  const std::vector<double> luma = lumaOf(colour(pair.a), LumaRounding::EightBit);
  EXPECT_EQ(std::vector<double>(luma.begin(), luma.begin() + 3), (std::vector<double>{86, 142, 45}));
}

TEST(Metrics, psnrIsTheReferenceValue) {
  const Pair pair;
  EXPECT_NEAR(psnr(colour(pair.a), colour(pair.b)), 34.907857, 1e-6);
  EXPECT_NEAR(psnr(colour(pair.a), colour(pair.b), 4), 34.892967, 1e-6);
}

TEST(Metrics, ssimIsTheReferenceValue) {
  const Pair pair;
  EXPECT_NEAR(ssim(colour(pair.a), colour(pair.b)), 0.998043, 1e-6);
  EXPECT_NEAR(ssim(colour(pair.a), colour(pair.b), 4), 0.998100, 1e-6);
}

TEST(Metrics, psnrOfBlockedPicturesIsTheReferenceValue) {
  const Pair pair;
  const auto a = lumaOf(colour(pair.a), LumaRounding::EightBit);
  const auto b = lumaOf(colour(pair.b), LumaRounding::EightBit);
  EXPECT_NEAR(psnrB(grey(a), grey(b)), 30.421901, 1e-6);
  // Equal bands are one band.
  std::vector<double> tripledA, tripledB;
  for (std::size_t i = 0; i < a.size(); ++i) {
    tripledA.insert(tripledA.end(), 3, a[i]);
    tripledB.insert(tripledB.end(), 3, b[i]);
  }
  EXPECT_NEAR(psnrB(colour(tripledA), colour(tripledB)), 30.421901, 1e-6);
}

TEST(Metrics, lumaFiguresAreTheReferenceValues) {
  const Pair pair;
  const auto roundedA = lumaOf(colour(pair.a), LumaRounding::EightBit);
  const auto roundedB = lumaOf(colour(pair.b), LumaRounding::EightBit);
  EXPECT_NEAR(psnr(grey(roundedA), grey(roundedB), 4), 39.562194, 1e-6);
  EXPECT_NEAR(ssim(grey(roundedA), grey(roundedB), 4), 0.998065, 1e-6);
  const auto exactA = lumaOf(colour(pair.a), LumaRounding::None);
  const auto exactB = lumaOf(colour(pair.b), LumaRounding::None);
  EXPECT_NEAR(psnr(grey(exactA), grey(exactB), 4), 39.666036, 1e-5);
}

TEST(Metrics, equalPicturesAreInfinitelyNearAndFullySimilar) {
  const Pair pair;
  EXPECT_EQ(psnr(colour(pair.a), colour(pair.a)), std::numeric_limits<double>::infinity());
  EXPECT_DOUBLE_EQ(ssim(colour(pair.a), colour(pair.a)), 1);
}

TEST(Metrics, refusesPicturesOfDifferentSizes) {
  const Pair pair;
  EXPECT_THROW(psnr(colour(pair.a), grey(pair.a)), Error);
  EXPECT_THROW(ssim(colour(pair.a), {kWidth, kHeight - 1, 3, pair.b}), Error);
}

TEST(Metrics, refusesPicturesOfWhichTheBorderLeavesTooLittle) {
  const Pair pair;
  EXPECT_THROW(psnr(colour(pair.a), colour(pair.b), 20), Error);
  EXPECT_NO_THROW(psnr(colour(pair.a), colour(pair.b), 19));
  EXPECT_THROW(ssim(colour(pair.a), colour(pair.b), 15), Error);
}

}  // namespace
}  // namespace heirloom::core
