#include "models/common/convolution.h"

#include <gtest/gtest.h>

#include "models/common/random_weights.h"

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
