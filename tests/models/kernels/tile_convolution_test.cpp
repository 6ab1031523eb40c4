#include "models/kernels/matrix_tiles/tile_convolution.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <vector>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

at::Tensor halves(at::IntArrayRef shape) {
  return at::randn(shape).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
}

/// A layer of random weights whose output has about the spread of its input.
struct RandomLayer {
  RandomLayer(int in, int out)
      : weight(at::randn({out, in, 3, 3}) / std::sqrt(9.0 * in)), bias(at::randn({out})), fast(weight, bias) {}

  /// Of weights as they are multiplied, in float64.
  at::Tensor exact(const at::Tensor& x) const {
    return at::conv2d(x.to(at::kDouble), weight.to(at::kBFloat16).to(at::kDouble), bias.to(at::kDouble), 1, 1);
  }

  at::Tensor weight;
  at::Tensor bias;
  MatrixTileWeights fast;
};

/// Rounded once to bfloat16, and sums of a few thousand products in float32 before that.
void expectRounded(const at::Tensor& found, const at::Tensor& exact) {
  ASSERT_EQ(found.sizes(), exact.sizes());
  EXPECT_EQ(found.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::allclose(found.to(at::kDouble), exact, /*rtol=*/std::ldexp(1.0, -8), /*atol=*/1e-5))
      << (found.to(at::kDouble) - exact).abs().max().item<double>();
}

class TileConvolution : public testing::Test {
 protected:
  void SetUp() override {
    if (!matrixTilesServe(64, 64)) GTEST_SKIP() << "this processor multiplies no tiles of bfloat16 matrices";
    at::manual_seed(1);
    poison(true);
  }
  void TearDown() override { poison(false); }

  /// Memory that was not written holds no numbers.
  static void poison(bool on) {
    at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/true);
    at::globalContext().setDeterministicFillUninitializedMemory(on);
  }
};

TEST_F(TileConvolution, allSidesOfSmallPictures) {
  const RandomLayer layer(17, 33);
  for (int height = 1; height <= 5; ++height) {
    for (const int width : {1, 2, 15, 16, 17, 31, 32, 33, 50}) {
      const at::Tensor x = halves({1, 17, height, width});
      expectRounded(tileConvolution(x, layer.fast), layer.exact(x));
    }
  }
}

TEST_F(TileConvolution, allNumbersOfChannels) {
  for (const int in : {8, 13, 32, 48, 64, 96, 180, 512}) {
    for (const int out : {8, 12, 16, 17, 32, 48, 64, 180, 512}) {
      const RandomLayer layer(in, out);
      const at::Tensor x = halves({1, in, 9, 21});
      expectRounded(tileConvolution(x, layer.fast), layer.exact(x));
    }
  }
}

TEST_F(TileConvolution, bandsOfLargePicturesAndBatches) {
  const RandomLayer layer(64, 64);
  const std::vector<std::vector<std::int64_t>> shapes = {
      {1, 64, 131, 257}, {3, 64, 40, 70}, {5, 64, 2, 16}, {1, 64, 7, 3000}};
  for (const std::vector<std::int64_t>& shape : shapes) {
    const at::Tensor x = halves(shape);
    expectRounded(tileConvolution(x, layer.fast), layer.exact(x));
  }
}

TEST_F(TileConvolution, everyEnding) {
  const RandomLayer layer(20, 40);
  const at::Tensor x = halves({2, 20, 9, 37});
  const at::Tensor residual = halves({2, 40, 9, 37});
  const at::Tensor s = layer.exact(x);
  const at::Tensor r = residual.to(at::kDouble);
  expectRounded(tileConvolution(x, layer.fast, {.negativeSlope = 0}), s.relu());
  expectRounded(tileConvolution(x, layer.fast, {.negativeSlope = 0.25}), at::leaky_relu(s, 0.25));
  expectRounded(tileConvolution(x, layer.fast, {.residual = residual}), s + r);
  expectRounded(tileConvolution(x, layer.fast, {.negativeSlope = 0, .residual = residual}), (s + r).relu());
  expectRounded(tileConvolution(x, layer.fast, {.negativeSlope = 0.25, .residual = residual}),
                at::leaky_relu(s + r, 0.25));
  expectRounded(tileConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Silu}), at::silu(s));
  expectRounded(tileConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Silu, .residual = residual}),
                at::silu(s + r));
  expectRounded(tileConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Gated, .residual = residual}),
                (s + r) * (s.sigmoid() - 0.5));
  const at::Tensor slopes = at::rand({40});
  expectRounded(tileConvolution(x, layer.fast, {.slopes = slopes}), at::prelu(s, slopes.to(at::kDouble)));
  expectRounded(tileConvolution(x, layer.fast, {.residual = residual, .slopes = slopes}),
                at::prelu(s + r, slopes.to(at::kDouble)));
}

TEST_F(TileConvolution, slicesOfOneDenseBuffer) {
  const RandomLayer layer(36, 20);
  const at::Tensor dense = halves({1, 64, 13, 18});
  const at::Tensor before = dense.clone();
  at::Tensor result = dense.narrow(1, 36, 20);
  tileConvolutionInto(result, dense.narrow(1, 0, 36), layer.fast, {.negativeSlope = 0});
  expectRounded(dense.narrow(1, 36, 20), layer.exact(before.narrow(1, 0, 36)).relu());
  EXPECT_TRUE(at::equal(dense.narrow(1, 0, 36), before.narrow(1, 0, 36)));
  EXPECT_TRUE(at::equal(dense.narrow(1, 56, 8), before.narrow(1, 56, 8)));
}

TEST_F(TileConvolution, channelsBesideASliceAreNotRead) {
  const RandomLayer layer(28, 16);
  const at::Tensor dense = halves({1, 32, 7, 19});
  dense.narrow(1, 0, 4).fill_(std::numeric_limits<float>::quiet_NaN());
  const at::Tensor x = dense.narrow(1, 4, 28);
  expectRounded(tileConvolution(x, layer.fast), layer.exact(x));
}

TEST_F(TileConvolution, theResidualMayBeWrittenOver) {
  const RandomLayer layer(32, 32);
  const at::Tensor x = halves({1, 32, 20, 33});
  at::Tensor sum = halves({1, 32, 20, 33});
  const at::Tensor expected = layer.exact(x) + sum.to(at::kDouble);
  tileConvolutionInto(sum, x, layer.fast, {.residual = sum});
  expectRounded(sum, expected);
}

TEST_F(TileConvolution, otherLayoutsAreCopied) {
  const RandomLayer layer(16, 16);
  const at::Tensor x = at::randn({2, 16, 6, 19}).to(at::kBFloat16);
  expectRounded(tileConvolution(x, layer.fast), layer.exact(x));
  expectRounded(tileConvolution(x, layer.fast, {.residual = x}), layer.exact(x) + x.to(at::kDouble));
  const at::Tensor every = halves({1, 16, 6, 40}).slice(3, 0, 40, 2);
  expectRounded(tileConvolution(every, layer.fast), layer.exact(every));
}

TEST_F(TileConvolution, whatIsNotANumberStaysSoAndReachesItsNeighboursAlone) {
  const RandomLayer layer(32, 16);
  const at::Tensor x = halves({1, 32, 12, 40});
  x[0][3][5][20] = std::numeric_limits<float>::quiet_NaN();
  for (const double slope : {1.0, 0.0, 0.2}) {
    const at::Tensor nan = tileConvolution(x, layer.fast, {.negativeSlope = slope}).isnan();
    EXPECT_TRUE(nan.slice(2, 4, 7).slice(3, 19, 22).all().item<bool>()) << slope;
    EXPECT_EQ(nan.sum().item<std::int64_t>(), 9 * 16) << slope;
  }
}

TEST_F(TileConvolution, whatIsNotANumberReachesThreePixelsFurtherToTheLeftAtMost) {
  const RandomLayer layer(12, 16);
  const at::Tensor x = halves({1, 12, 12, 40});
  x[0][3][5][20] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor nan = tileConvolution(x, layer.fast).isnan();
  EXPECT_TRUE(nan.slice(2, 4, 7).slice(3, 19, 22).all().item<bool>());
  EXPECT_FALSE(nan.slice(3, 0, 16).any().item<bool>() || nan.slice(3, 22).any().item<bool>());
}

TEST_F(TileConvolution, doesNotDependOnTheNumberOfThreads) {
  const RandomLayer layer(64, 48);
  const at::Tensor x = halves({1, 64, 61, 70});
  const int threads = at::get_num_threads();
  const at::Tensor expected = tileConvolution(x, layer.fast);
  for (const int other : {1, 3}) {
    at::set_num_threads(other);
    EXPECT_TRUE(at::equal(tileConvolution(x, layer.fast), expected)) << other;
  }
  at::set_num_threads(threads);
  const at::Tensor inside = at::empty_like(expected);
  at::parallel_for(0, 1, 1, [&](std::int64_t, std::int64_t) {
    const torch::NoGradGuard noGrad;
    inside.copy_(tileConvolution(x, layer.fast));
  });
  EXPECT_TRUE(at::equal(inside, expected));
}

TEST_F(TileConvolution, emptyBatchIsEmpty) {
  EXPECT_EQ(tileConvolution(at::empty({0, 16, 4, 4}, at::kBFloat16), RandomLayer(16, 8).fast).sizes(),
            at::IntArrayRef({0, 8, 4, 4}));
}

TEST_F(TileConvolution, refusesWhatDoesNotFit) {
  const RandomLayer layer(16, 8);
  const at::Tensor x = halves({1, 16, 4, 4});
  EXPECT_THROW(tileConvolution(halves({1, 15, 4, 4}), layer.fast), c10::Error);
  EXPECT_THROW(tileConvolution(x.to(at::kFloat), layer.fast), c10::Error);
  EXPECT_THROW(tileConvolution(x, layer.fast, {.residual = halves({1, 8, 4, 5})}), c10::Error);
  EXPECT_THROW(tileConvolution(x, layer.fast, {.kind = ConvolutionEnding::Kind::Gated}), c10::Error);
  at::Tensor planar = at::empty({1, 8, 4, 4}, at::kBFloat16);
  EXPECT_THROW(tileConvolutionInto(planar, x, layer.fast), c10::Error);
  EXPECT_THROW(MatrixTileWeights(at::randn({8, 16, 5, 5}), {}), c10::Error);
  EXPECT_THROW(MatrixTileWeights(at::randn({8, 16, 3, 3}), at::randn({7})), c10::Error);
}

}  // namespace
}  // namespace heirloom::tests
