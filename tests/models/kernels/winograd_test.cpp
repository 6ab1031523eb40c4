#include "models/kernels/winograd/winograd.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Where no kernel of ours runs, callers keep LibTorch's convolution and there is nothing to compare.
bool runsHere() {
  return winogradServes(64, 64);
}

at::Tensor channelsLast(at::IntArrayRef shape) {
  return at::randn(shape).contiguous(at::MemoryFormat::ChannelsLast);
}

/// A layer of random weights whose output has about the spread of its input.
struct Convolution {
  Convolution(int in, int out)
      : weight(at::randn({out, in, 3, 3}) / std::sqrt(9.0 * in)), bias(at::randn({out})), fast(weight, bias) {}

  at::Tensor exact(const at::Tensor& x) const {
    return at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), 1, 1);
  }

  at::Tensor weight;
  at::Tensor bias;
  WinogradWeights fast;
};

double largestError(const at::Tensor& found, const at::Tensor& exact) {
  EXPECT_EQ(found.sizes(), exact.sizes());
  return (found.to(at::kDouble) - exact).abs().max().item<double>();
}

/// Of outputs of spread 1 from up to 512 channels, with the rounding of F(4x4, 3x3).
constexpr double kTolerance = 3e-5;

class Winograd : public testing::Test {
 protected:
  void SetUp() override {
    if (!runsHere()) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
    at::manual_seed(1);
  }
};

TEST_F(Winograd, allSidesOfSmallPictures) {
  const Convolution layer(17, 33);
  for (int height = 1; height <= 9; ++height) {
    for (int width = 1; width <= 9; ++width) {
      const at::Tensor x = channelsLast({1, 17, height, width});
      EXPECT_LT(largestError(winogradConvolution(x, layer.fast), layer.exact(x)), kTolerance) << height << "x" << width;
    }
  }
  for (const auto& [height, width] : {std::pair{1, 203}, std::pair{203, 1}, std::pair{61, 85}}) {
    const at::Tensor x = channelsLast({1, 17, height, width});
    EXPECT_LT(largestError(winogradConvolution(x, layer.fast), layer.exact(x)), kTolerance) << height << "x" << width;
  }
}

TEST_F(Winograd, roundsLittleMoreThanTheDirectForm) {
  for (const int in : {64, 512}) {
    const Convolution layer(in, 64);
    const at::Tensor x = channelsLast({1, in, 32, 32});
    const at::Tensor exact = layer.exact(x);
    const auto spread = [&](const at::Tensor& found) {
      return (found.to(at::kDouble) - exact).square().mean().sqrt().item<double>();
    };
    const double ratio =
        spread(winogradConvolution(x, layer.fast)) / spread(at::conv2d(x, layer.weight, layer.bias, 1, 1));
    RecordProperty("ratio of " + std::to_string(in) + " channels", std::to_string(ratio));
    EXPECT_LT(ratio, 3) << in;
  }
}

TEST_F(Winograd, allNumbersOfChannels) {
  const int numbers[] = {1, 3, 12, 13, 17, 32, 60, 64, 96, 128, 180, 192, 256, 512};
  for (const int in : numbers) {
    for (const int out : numbers) {
      const Convolution layer(in, out);
      const at::Tensor x = channelsLast({1, in, 11, 14});
      // Roundings grow as the square root of the number of products.
      const double tolerance = kTolerance * std::max(1.0, std::sqrt(in / 256.0));
      EXPECT_LT(largestError(winogradConvolution(x, layer.fast), layer.exact(x)), tolerance) << in << " -> " << out;
    }
  }
}

TEST_F(Winograd, batchesAndManyBlocks) {
  const Convolution layer(32, 48);
  for (const auto& [batch, side] : {std::pair{3, 7}, std::pair{3, 33}, std::pair{2, 150}}) {
    const at::Tensor x = channelsLast({batch, 32, side, side + 2});
    const at::Tensor y = winogradConvolution(x, layer.fast);
    EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_LT(largestError(y, layer.exact(x)), kTolerance) << batch << " of " << side;
  }
}

TEST_F(Winograd, rectifiesEveryChannelByItsOwnSlope) {
  const Convolution layer(24, 40);
  const at::Tensor slopes = at::linspace(-0.5, 1.5, 40);
  for (const auto& [height, width] : {std::pair{10, 13}, std::pair{8, 8}, std::pair{1, 1}}) {
    const at::Tensor x = channelsLast({2, 24, height, width});
    const at::Tensor plain = layer.exact(x);
    const at::Tensor expected = at::where(plain < 0, plain * slopes.view({1, 40, 1, 1}), plain);
    // A slope for all channels is overruled, the two that have kernels of their own too.
    for (const double slope : {1.0, 0.0, 0.2})
      EXPECT_LT(largestError(winogradConvolution(x, layer.fast, {.negativeSlope = slope, .slopes = slopes}), expected),
                kTolerance)
          << slope;
  }
  EXPECT_THROW(winogradConvolution(channelsLast({1, 24, 4, 4}), layer.fast, {.slopes = at::ones({39})}), c10::Error);
}

TEST_F(Winograd, endsInSiluOrInAGate) {
  const Convolution layer(24, 40);
  for (const auto& [height, width] : {std::pair{10, 13}, std::pair{8, 8}, std::pair{1, 1}}) {
    const at::Tensor x = 8 * channelsLast({2, 24, height, width});  // into the flat parts
    const at::Tensor residual = channelsLast({2, 40, height, width});
    const at::Tensor sum = layer.exact(x);
    EXPECT_LT(largestError(winogradConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Silu}), at::silu(sum)),
              8 * kTolerance);
    EXPECT_LT(
        largestError(winogradConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Gated, .residual = residual}),
                     (sum + residual) * (sum.sigmoid() - 0.5)),
        8 * kTolerance);
  }
  const at::Tensor x = channelsLast({1, 24, 4, 4});
  EXPECT_THROW(winogradConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Gated}), c10::Error);
  // Far from zero there is nothing to overflow.
  for (const float value : {1e4F, -1e4F}) {
    const WinogradWeights constant(at::zeros({16, 16, 3, 3}), at::full({16}, value));
    const at::Tensor y =
        winogradConvolution(channelsLast({1, 16, 4, 4}), constant, {.kind = ConvolutionEnding::Kind::Silu});
    EXPECT_NEAR(y.sum().item<double>(), value > 0 ? 256e4 : 0, 1);
  }
}

TEST_F(Winograd, rectifiesAndAddsTheResidual) {
  const Convolution layer(24, 40);
  const at::Tensor x = channelsLast({2, 24, 10, 13});
  const at::Tensor residual = channelsLast({2, 40, 10, 13});
  const at::Tensor plain = layer.exact(x);
  const at::Tensor sum = residual.to(at::kDouble) + plain;
  for (const double slope : {1.0, 0.0, 0.2, -0.5, 1.5}) {
    EXPECT_LT(largestError(winogradConvolution(x, layer.fast, {.negativeSlope = slope}),
                           at::where(plain < 0, plain * slope, plain)),
              kTolerance)
        << slope;
    EXPECT_LT(largestError(winogradConvolution(x, layer.fast, {.negativeSlope = slope, .residual = residual}),
                           at::where(sum < 0, sum * slope, sum)),
              kTolerance)
        << slope;
  }
}

TEST_F(Winograd, withoutBias) {
  const Convolution layer(16, 16);
  const at::Tensor x = channelsLast({1, 16, 8, 8});
  const at::Tensor exact = at::conv2d(x.to(at::kDouble), layer.weight.to(at::kDouble), {}, 1, 1);
  EXPECT_LT(largestError(winogradConvolution(x, WinogradWeights(layer.weight)), exact), kTolerance);
}

TEST_F(Winograd, readsAndWritesSlicesOfOneDenseBuffer) {
  const Convolution layer(96, 32);
  const at::Tensor dense = channelsLast({2, 192, 13, 18});
  const at::Tensor before = dense.clone();
  const at::Tensor exact = layer.exact(dense.narrow(1, 0, 96));
  at::Tensor result = dense.narrow(1, 96, 32);
  winogradConvolutionInto(result, dense.narrow(1, 0, 96), layer.fast, {.negativeSlope = 0});
  EXPECT_LT(largestError(dense.narrow(1, 96, 32), at::relu(exact)), kTolerance);
  EXPECT_TRUE(at::equal(dense.narrow(1, 0, 96), before.narrow(1, 0, 96)));
  EXPECT_TRUE(at::equal(dense.narrow(1, 128, 64), before.narrow(1, 128, 64)));
}

TEST_F(Winograd, resultMayBeTheResidual) {
  const Convolution layer(20, 20);
  const at::Tensor x = channelsLast({1, 20, 21, 9});
  at::Tensor trunk = channelsLast({1, 20, 21, 9});
  const at::Tensor exact = trunk.to(at::kDouble) + layer.exact(x);
  winogradConvolutionInto(trunk, x, layer.fast, {.residual = trunk});
  EXPECT_LT(largestError(trunk, exact), kTolerance);
}

TEST_F(Winograd, otherLayoutsGiveTheSameResult) {
  const Convolution layer(24, 24);
  const at::Tensor x = channelsLast({2, 24, 9, 12});
  const at::Tensor residual = channelsLast({2, 24, 9, 12});
  const at::Tensor expected = winogradConvolution(x, layer.fast, {.negativeSlope = 0, .residual = residual});
  EXPECT_TRUE(at::equal(
      winogradConvolution(x.contiguous(), layer.fast, {.negativeSlope = 0, .residual = residual.contiguous()}),
      expected));
  const at::Tensor wide = at::empty({2, 24, 9, 24}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor everySecond = wide.slice(3, 0, 24, 2);
  everySecond.copy_(x);
  EXPECT_TRUE(
      at::equal(winogradConvolution(everySecond, layer.fast, {.negativeSlope = 0, .residual = residual}), expected));
}

TEST_F(Winograd, doesNotDependOnTheNumberOfThreads) {
  const Convolution layer(32, 32);
  const at::Tensor x = channelsLast({1, 32, 64, 64});
  const at::Tensor expected = winogradConvolution(x, layer.fast);
  const int threads = at::get_num_threads();
  for (const int other : {1, 3}) {
    at::set_num_threads(other);
    EXPECT_TRUE(at::equal(winogradConvolution(x, layer.fast), expected)) << other;
  }
  at::set_num_threads(threads);
}

TEST_F(Winograd, whatIsNotANumberStaysSo) {
  const Convolution layer(16, 16);
  const at::Tensor x = channelsLast({1, 16, 12, 12});
  x[0][3][5][5] = std::numeric_limits<float>::quiet_NaN();
  for (const double slope : {1.0, 0.0, 0.2}) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const at::Tensor y = winogradConvolution(x.to(type), layer.fast, {.negativeSlope = slope});
      EXPECT_TRUE(y[0].select(1, 5).select(1, 5).isnan().all().item<bool>()) << slope << ' ' << type;
    }
  }
}

/// What comes in and goes out is rounded to bfloat16, nothing in between.
TEST_F(Winograd, bfloat16IsTheFloat32ResultRounded) {
  for (const int channels : {16, 20, 64}) {
    const Convolution layer(channels, channels);
    const at::Tensor x = channelsLast({2, channels, 9, 14}).to(at::kBFloat16);
    const at::Tensor residual = channelsLast({2, channels, 9, 14}).to(at::kBFloat16);
    for (const double slope : {1.0, 0.0, 0.2}) {
      EXPECT_TRUE(
          at::equal(winogradConvolution(x, layer.fast, {.negativeSlope = slope}),
                    winogradConvolution(x.to(at::kFloat), layer.fast, {.negativeSlope = slope}).to(at::kBFloat16)))
          << channels << " channels, slope " << slope;
      EXPECT_TRUE(at::equal(winogradConvolution(x, layer.fast, {.negativeSlope = slope, .residual = residual}),
                            winogradConvolution(x.to(at::kFloat), layer.fast,
                                                {.negativeSlope = slope, .residual = residual.to(at::kFloat)})
                                .to(at::kBFloat16)))
          << channels << " channels, slope " << slope;
    }
  }
}

TEST_F(Winograd, bfloat16InSlicesOfOneDenseBuffer) {
  const Convolution layer(36, 20);
  const at::Tensor dense = channelsLast({1, 64, 13, 18}).to(at::kBFloat16);
  const at::Tensor before = dense.clone();
  at::Tensor result = dense.narrow(1, 36, 20);
  winogradConvolutionInto(result, dense.narrow(1, 0, 36), layer.fast, {.negativeSlope = 0});
  EXPECT_TRUE(at::equal(dense.narrow(1, 36, 20),
                        winogradConvolution(before.narrow(1, 0, 36), layer.fast, {.negativeSlope = 0})));
  EXPECT_TRUE(at::equal(dense.narrow(1, 0, 36), before.narrow(1, 0, 36)));
  EXPECT_TRUE(at::equal(dense.narrow(1, 56, 8), before.narrow(1, 56, 8)));
}

TEST_F(Winograd, emptyBatchIsEmpty) {
  EXPECT_EQ(winogradConvolution(at::empty({0, 16, 4, 4}), Convolution(16, 8).fast).sizes(),
            at::IntArrayRef({0, 8, 4, 4}));
}

TEST_F(Winograd, refusesWhatDoesNotFit) {
  const Convolution layer(16, 8);
  const at::Tensor x = channelsLast({1, 16, 4, 4});
  EXPECT_THROW(winogradConvolution(channelsLast({1, 15, 4, 4}), layer.fast), c10::Error);
  EXPECT_THROW(winogradConvolution(x.to(at::kDouble), layer.fast), c10::Error);
  EXPECT_THROW(winogradConvolution(x, layer.fast, {.residual = channelsLast({1, 8, 4, 5})}), c10::Error);
  at::Tensor planar = at::empty({1, 8, 4, 4});
  EXPECT_THROW(winogradConvolutionInto(planar, x, layer.fast), c10::Error);
  EXPECT_THROW(WinogradWeights(at::randn({8, 16, 5, 5})), c10::Error);
  EXPECT_THROW(WinogradWeights(at::randn({8, 16, 3, 3}), at::randn({7})), c10::Error);
}

/// Twenty layers deep, the error stays of the order of the direct form's.
TEST_F(Winograd, errorsDoNotGrowThroughADeepNetwork) {
  const int channels = 64;
  at::Tensor exact = at::rand({1, channels, 32, 32}, at::kDouble);
  at::Tensor fast = exact.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  exact = fast.to(at::kDouble);
  for (int layer = 0; layer < 20; ++layer) {
    const at::Tensor weight = at::randn({channels, channels, 3, 3}) * std::sqrt(2.0 / (9 * channels));
    exact = at::relu(at::conv2d(exact, weight.to(at::kDouble), {}, 1, 1));
    fast = winogradConvolution(fast, WinogradWeights(weight), {.negativeSlope = 0});
  }
  EXPECT_LT(largestError(fast, exact), 5e-6 * exact.max().item<double>());
}

}  // namespace
}  // namespace heirloom::tests
