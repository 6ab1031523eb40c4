#include "models/kernels/few_channels/few_channels.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Of sums of spread 1 in float32.
constexpr double kToFewTolerance = 1e-5;

class FewChannels : public testing::Test {
 protected:
  void SetUp() override {
    if (!fewChannelsServed()) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
    at::manual_seed(1);
  }
};

at::Tensor randomPicture(at::IntArrayRef shape) {
  return at::randn(shape).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor randomWeight(int in, int out) {
  return at::randn({out, in, 3, 3}) / std::sqrt(9.0 * in);
}

at::Tensor exact(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), 1, 1);
}

double largestDifference(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_EQ(found.sizes(), expected.sizes());
  EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast));
  return (found.to(at::kDouble) - expected).abs().max().item<double>();
}

const std::pair<int, int> kSides[] = {{1, 1}, {1, 40}, {2, 3}, {9, 1}, {7, 13}, {14, 14}, {35, 58}};

TEST_F(FewChannels, toFewAtAllSides) {
  for (const int in : {1, 17, 48, 64, 100}) {
    for (const int out : {1, 3, 4, 12, 16}) {
      const at::Tensor weight = randomWeight(in, out);
      const at::Tensor bias = at::randn({out});
      const ToFewWeights fast(weight, bias);
      for (const auto& [height, width] : kSides) {
        const at::Tensor x = randomPicture({2, in, height, width});
        const at::Tensor residual = randomPicture({2, out, height, width});
        const at::Tensor expected = exact(x, weight, bias);
        EXPECT_LT(largestDifference(convolutionToFew(x, fast), expected), kToFewTolerance)
            << in << " -> " << out << " at " << height << "x" << width;
        EXPECT_LT(largestDifference(convolutionToFew(x.contiguous(), fast, residual.contiguous()), residual + expected),
                  kToFewTolerance);
      }
    }
  }
}

TEST_F(FewChannels, halfActivationsAreWidenedNotRoundedAgain) {
  for (const int in : {20, 64}) {
    const at::Tensor weight = randomWeight(in, 3);
    const at::Tensor bias = at::randn({3});
    const at::Tensor dense = randomPicture({2, in + 16, 19, 33}).to(at::kBFloat16);
    const at::Tensor x = dense.narrow(1, 8, in);
    EXPECT_LT(largestDifference(convolutionToFew(x, ToFewWeights(weight, bias)), exact(x, weight, bias)),
              kToFewTolerance);
  }
}

TEST_F(FewChannels, refuseWhatDoesNotFit) {
  EXPECT_THROW(ToFewWeights(at::randn({17, 64, 3, 3})), c10::Error);
  EXPECT_THROW(ToFewWeights(at::randn({3, 64, 3, 3}), at::randn({2})), c10::Error);
  const ToFewWeights weights(at::randn({3, 64, 3, 3}));
  EXPECT_THROW(convolutionToFew(at::randn({1, 64, 8, 8}, at::kDouble), weights), c10::Error);
  EXPECT_THROW(convolutionToFew(randomPicture({1, 64, 8, 8}), weights, randomPicture({1, 3, 8, 9})), c10::Error);
}

}  // namespace
}  // namespace heirloom::tests
