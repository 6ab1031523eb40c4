#include "models/common/convolution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/common/random_weights.h"
#include "models/kernels/convolution_kernel.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

struct Form {
  ConvolutionOptions options;
  const char* name;
};

/// A layer and its placed copies: plain and fused.
struct Twins {
  Convolution plain{nullptr}, fused{nullptr};
};

Twins twins(const ConvolutionOptions& options, at::ScalarType precision = at::kFloat) {
  Convolution source(options);
  randomise(*source);
  const auto copy = [&](bool plain) {
    const torch::NoGradGuard noGrad;
    Convolution made(options);
    made->weight.copy_(source->weight);
    if (options.bias) made->bias.copy_(source->bias);
    made->place({.precision = precision, .plain = plain});
    return made;
  };
  return {copy(true), copy(false)};
}

const std::vector<ConvolutionOptions> kForms = {
    {.in = 3, .out = 64, .activation = Activation::Relu, .outer = true},
    {.in = 64, .out = 64, .activation = Activation::LeakyRelu, .slope = 0.2},
    {.in = 64, .out = 3, .outer = true},
    {.in = 32, .out = 32, .dilation = 3, .activation = Activation::Relu},
    {.in = 24, .out = 40, .kernel = 1, .activation = Activation::Gelu},
    {.in = 16, .out = 32, .kernel = 2, .stride = 2, .padding = 0, .bias = false},
    {.in = 48, .out = 48, .groups = 48},
    {.in = 96, .out = 32, .gain = 0.2},
    {.in = 1, .out = 1},
};

TEST(Convolution, fusedEqualsItsPlainTwin) {
  const c10::InferenceMode inference;
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    for (const auto& [height, width] : {std::pair{2, 2}, {7, 9}, {32, 48}, {65, 33}}) {
      SCOPED_TRACE(std::to_string(i) + " at " + std::to_string(height) + " x " + std::to_string(width));
      Twins pair = twins(kForms[i]);
      const at::Tensor x = at::randn({2, kForms[i].in, height, width});
      const at::Tensor expected = pair.plain->forward(x);
      const at::Tensor result = pair.fused->forward(x);
      ASSERT_EQ(result.sizes(), expected.sizes());
      EXPECT_LT((result - expected).abs().max().item<float>(), 2e-5F);
      if (kForms[i].stride != 1) continue;
      const at::Tensor residual = at::randn(expected.sizes());
      const at::Tensor sum = pair.plain->plus(residual, x);
      EXPECT_LT((pair.fused->plus(residual, x) - sum).abs().max().item<float>(), 2e-5F);
      const at::Tensor over = residual.contiguous(at::MemoryFormat::ChannelsLast).clone(at::MemoryFormat::ChannelsLast);
      EXPECT_LT((pair.fused->addTo(over, x) - sum).abs().max().item<float>(), 2e-5F);
    }
  }
}

TEST(Convolution, plusLeavesTheResidualAlone) {
  const c10::InferenceMode inference;
  Twins pair = twins({.in = 16, .out = 16});
  const at::Tensor x = at::randn({1, 16, 8, 8});
  const at::Tensor residual = at::randn({1, 16, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor before = residual.clone();
  pair.fused->plus(residual, x);
  EXPECT_TRUE(at::equal(residual, before));
}

TEST(Convolution, innerLayersComputeInHalfPrecisionAndOuterOnesDoNot) {
  const c10::InferenceMode inference;
  const at::Tensor x = at::randn({1, 64, 24, 24});
  Twins inner = twins({.in = 64, .out = 64}, at::kBFloat16);
  EXPECT_EQ(inner.fused->forward(x).scalar_type(), at::kBFloat16);
  Twins outer = twins({.in = 64, .out = 64, .outer = true}, at::kBFloat16);
  EXPECT_EQ(outer.fused->forward(x).scalar_type(), at::kFloat);
  Twins exact = twins({.in = 64, .out = 64});
  const at::Tensor expected = exact.plain->forward(x);
  const at::Tensor error = (inner.fused->forward(x).to(at::kFloat) - expected).abs().max();
  EXPECT_LT(error.item<float>(), 0.05F * expected.std().item<float>());
  EXPECT_GT(error.item<float>(), 0);
}

/// A layer that is placed in bfloat16, and its sums in float64 of the weights that are multiplied.
class ConvolutionOnMatrixTiles : public testing::Test {
 protected:
  static constexpr int kIn = 48, kOut = 32;

  void SetUp() override {
    if (convolutionKernel(at::kBFloat16, kIn, kOut) != ConvolutionKernel::MatrixTiles)
      GTEST_SKIP() << "this processor multiplies no tiles of bfloat16 matrices";
    at::manual_seed(3);
  }

  void make(ConvolutionOptions options = {}) {
    options.in = kIn;
    options.out = kOut;
    layer_ = Convolution(options);
    randomise(*layer_);
    layer_->bias.normal_();
    weight_ = (layer_->weight.detach() * options.gain).to(at::kBFloat16).to(at::kDouble);
    bias_ = layer_->bias.detach().to(at::kDouble) * options.gain;
    layer_->place({.precision = at::kBFloat16});
    layer_->dropUnpacked();  // as networks do: none of the tests may need what is not packed
  }
  at::Tensor sums(const at::Tensor& x) const { return at::conv2d(x.to(at::kDouble), weight_, bias_, 1, 1); }

  static at::Tensor halves(at::IntArrayRef shape) {
    return at::randn(shape).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  }
  static void expectRoundedOnce(const at::Tensor& found, const at::Tensor& exact) {
    ASSERT_EQ(found.sizes(), exact.sizes());
    EXPECT_EQ(found.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(at::allclose(found.to(at::kDouble), exact, /*rtol=*/std::ldexp(1.0, -8), /*atol=*/1e-5))
        << (found.to(at::kDouble) - exact).abs().max().item<double>();
  }

  const torch::NoGradGuard noGrad_;
  const at::Tensor x_ = halves({2, kIn, 9, 21});
  const at::Tensor residual_ = halves({2, kOut, 9, 21});
  Convolution layer_{nullptr};

 private:
  at::Tensor weight_, bias_;
};

TEST_F(ConvolutionOnMatrixTiles, forwardEndsWithItsActivation) {
  for (const Activation activation : {Activation::None, Activation::Relu, Activation::LeakyRelu, Activation::Silu}) {
    SCOPED_TRACE(static_cast<int>(activation));
    make({.activation = activation, .slope = 0.2});
    expectRoundedOnce(layer_->forward(x_), activated(sums(x_), activation, 0.2));
  }
  // What comes in float32 is rounded first.
  const at::Tensor wide = at::randn({2, kIn, 9, 21});
  expectRoundedOnce(layer_->forward(wide), at::silu(sums(wide.to(at::kBFloat16))));
}

TEST_F(ConvolutionOnMatrixTiles, slopesAreOfAllChannelsOrOne) {
  for (const int count : {kOut, 1}) {
    SCOPED_TRACE(count);
    ChannelSlopes slopes(count);
    slopes->weight.uniform_(0.1, 0.6);
    make({.slopes = slopes});
    expectRoundedOnce(layer_->forward(x_), at::prelu(sums(x_), slopes->weight.to(at::kDouble)));
  }
}

TEST_F(ConvolutionOnMatrixTiles, aResidualIsAddedBeforeRounding) {
  make({.activation = Activation::Relu, .gain = 0.2});  // which a sum leaves out, and keeps
  const at::Tensor exact = residual_.to(at::kDouble) + sums(x_);
  const at::Tensor before = residual_.clone();
  expectRoundedOnce(layer_->plus(residual_, x_), exact);
  expectRoundedOnce(layer_->plus(residual_.contiguous(), x_), exact);
  EXPECT_TRUE(at::equal(residual_, before));
  at::Tensor dense = halves({2, 2 * kOut, 9, 21});
  layer_->plusInto(dense.narrow(1, kOut, kOut), residual_, x_);
  expectRoundedOnce(dense.narrow(1, kOut, kOut), exact);
  const at::Tensor over = residual_.clone();
  EXPECT_EQ(layer_->addTo(over, x_).data_ptr(), over.data_ptr());
  expectRoundedOnce(over, exact);
}

TEST_F(ConvolutionOnMatrixTiles, writesIntoASliceAndGates) {
  make({.activation = Activation::LeakyRelu, .slope = 0.2});
  const at::Tensor exact = sums(x_);
  at::Tensor dense = halves({2, 2 * kOut, 9, 21});
  const at::Tensor before = dense.clone();
  layer_->forwardInto(dense.narrow(1, 0, kOut), x_);
  expectRoundedOnce(dense.narrow(1, 0, kOut), at::leaky_relu(exact, 0.2));
  EXPECT_TRUE(at::equal(dense.narrow(1, kOut, kOut), before.narrow(1, kOut, kOut)));
  expectRoundedOnce(layer_->gated(residual_, x_), (exact + residual_.to(at::kDouble)) * (exact.sigmoid() - 0.5));
}

TEST(Convolution, gradientsReachTheWeightsOfAnUnplacedLayer) {
  Convolution layer(ConvolutionOptions{.in = 2, .out = 2, .activation = Activation::LeakyRelu});
  randomise(*layer);
  layer->setComputePrecision(at::kBFloat16);
  layer->forward(at::randn({1, 2, 5, 5})).sum().backward();
  EXPECT_GT(layer->weight.grad().abs().sum().item<float>(), 0);
  EXPECT_EQ(layer->weight.grad().scalar_type(), at::kFloat);
}

TEST(TransposedConvolution, doublesThePicture) {
  TransposedConvolution layer(1, 1, 2);
  const torch::NoGradGuard noGrad;
  layer->weight.copy_(at::tensor({1.F, 2.F, 3.F, 4.F}).view({1, 1, 2, 2}));
  const at::Tensor result = layer->forward(at::full({1, 1, 1, 2}, 10.F));
  EXPECT_TRUE(at::equal(result, at::tensor({10.F, 20.F, 10.F, 20.F, 30.F, 40.F, 30.F, 40.F}).view({1, 1, 2, 4})));
}

}  // namespace
}  // namespace heirloom::tests
