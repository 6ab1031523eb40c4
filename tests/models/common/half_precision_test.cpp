// bfloat16 of every kind of layer beside float64, for networks whose weights are not at hand. HEIRLOOM_FULL=1 prints
// every figure. The layers of whole networks, as models/README.md has them, are those of tests/models/layers_test.cpp.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "models/common/convolution.h"
#include "models/common/group_norm.h"
#include "models/common/layer_norm.h"
#include "models/common/linear.h"
#include "models/common/transposed_attention.h"
#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

const Placement kHalf{at::kCPU, at::kBFloat16, false};
/// A result that is rounded to bfloat16 once lies 2^-9 / sqrt(3) = 0.11 % of its values from the exact one, weights
/// that are rounded as much again; sums do not add to it. The twins of attention round logits and weights, too.
constexpr double kTolerance = 0.008;

struct Kind {
  const char* name;
  /// The layer's result in bfloat16, and in float64 from the same input and the same weights before they are rounded.
  std::function<std::pair<at::Tensor, at::Tensor>()> results;
};

/// What a layer may be given in bfloat16, in float64.
at::Tensor drawn(at::IntArrayRef shape) {
  return at::randn(shape).to(at::kBFloat16).to(at::kDouble);
}

at::Tensor wide(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.detach().to(at::kDouble, /*non_blocking=*/false, /*copy=*/true) : tensor;
}

/// Weights as a trained network has them: the result is about as large as the input.
void fillAsTrained(torch::nn::Module& module) {
  for (auto& parameter : module.parameters()) {
    parameter.normal_();
    if (parameter.dim() > 1)
      parameter.div_(std::sqrt(static_cast<double>(parameter.numel() / parameter.size(0))));
    else
      parameter.mul_(0.1).add_(parameter.dim() == 1 ? 0.5 : 0);
  }
}

std::pair<at::Tensor, at::Tensor> ofConvolution(const ConvolutionOptions& options) {
  Convolution layer(options);
  fillAsTrained(*layer);
  const at::Tensor weight = wide(layer->weight), bias = wide(layer->bias);
  const at::Tensor x = drawn({1, options.in, 20, 24});
  const ConvolutionOptions& full = layer->options();
  const at::Tensor exact =
      activated(at::conv2d(x, weight, bias, full.stride, full.padding, full.dilation, full.groups), full.activation);
  layer->place(kHalf);
  return {layer->forward(x.to(at::kBFloat16)), exact};
}

std::pair<at::Tensor, at::Tensor> ofLinear(Activation activation, bool normed) {
  constexpr std::int64_t kIn = 180, kOut = 360;
  LayerNorm norm{nullptr};
  if (normed) fillAsTrained(*(norm = LayerNorm(kIn)));
  Linear layer(kIn, kOut, LinearOptions{.activation = activation, .norm = norm});
  fillAsTrained(*layer);
  const at::Tensor x = drawn({200, kIn});
  const at::Tensor seen = normed ? at::layer_norm(x, {kIn}, wide(norm->weight), wide(norm->bias), norm->epsilon()) : x;
  const at::Tensor exact = activated(at::linear(seen, wide(layer->weight), wide(layer->bias)), activation);
  layer->place(kHalf);
  if (normed) norm->place(kHalf);
  return {layer->forward(x.to(at::kBFloat16)), exact};
}

std::pair<at::Tensor, at::Tensor> ofGroupNorm(bool activates) {
  constexpr std::int64_t kGroups = 8, kChannels = 64;
  constexpr double kEpsilon = 1e-5;
  GroupNorm layer(kGroups, kChannels, kEpsilon);
  fillAsTrained(*layer);
  const at::Tensor x = drawn({1, kChannels, 20, 24});
  at::Tensor exact = at::group_norm(x, kGroups, wide(layer->weight), wide(layer->bias), kEpsilon);
  layer->place(kHalf);
  const at::Tensor given = x.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  if (activates) return {layer->activated(given), at::silu(exact)};
  return {layer->forward(given), exact};
}

std::pair<at::Tensor, at::Tensor> ofWindows(int shift) {
  const WindowAttentionShape shape{.window = 8, .shift = shift, .heads = 6};
  const at::Tensor qkv = drawn({1, 16, 24, 3 * 180}), bias = at::randn({6, 64, 64});
  const double scale = 1 / std::sqrt(30.0);
  return {windowAttention(qkv.to(at::kBFloat16).contiguous(), bias, shape, scale),
          plainWindowAttention(qkv, bias.to(at::kDouble), shape, scale)};
}

std::pair<at::Tensor, at::Tensor> ofChannels() {
  const at::Tensor qkv = drawn({1, 480, 3 * 48}), temperature = at::rand({2, 1, 1}) + 0.5;
  const auto parts = qkv.transpose(1, 2).reshape({1, 3, 2, 24, 480}).unbind(1);  // N heads C/heads L
  const auto unit = [](const at::Tensor& rows) { return rows / rows.norm(2, {-1}, true); };
  const at::Tensor weights =
      at::softmax(at::matmul(unit(parts[0]), unit(parts[1]).transpose(-2, -1)) * temperature.to(at::kDouble), -1);
  const at::Tensor exact = at::matmul(weights, parts[2]).reshape({1, 48, 480}).transpose(1, 2);
  return {transposedAttention(qkv.to(at::kBFloat16), 2, temperature), exact};
}

const Kind kKinds[] = {
    {"convolution 3x3", [] { return ofConvolution({.in = 64, .out = 64}); }},
    {"convolution 3x3, ReLU", [] { return ofConvolution({.in = 64, .out = 64, .activation = Activation::Relu}); }},
    {"convolution 3x3, GELU", [] { return ofConvolution({.in = 48, .out = 96, .activation = Activation::Gelu}); }},
    {"convolution 1x1", [] { return ofConvolution({.in = 180, .out = 60, .kernel = 1}); }},
    {"convolution 3x3, stride 2", [] { return ofConvolution({.in = 32, .out = 64, .stride = 2}); }},
    {"convolution 3x3, a channel each", [] { return ofConvolution({.in = 96, .out = 96, .groups = 96}); }},
    {"convolution 13x13", [] { return ofConvolution({.in = 16, .out = 16, .kernel = 13}); }},
    {"linear", [] { return ofLinear(Activation::None, false); }},
    {"linear behind LayerNorm, GELU", [] { return ofLinear(Activation::Gelu, true); }},
    {"GroupNorm", [] { return ofGroupNorm(false); }},
    {"GroupNorm, SiLU", [] { return ofGroupNorm(true); }},
    {"attention in windows", [] { return ofWindows(0); }},
    {"attention in shifted windows", [] { return ofWindows(4); }},
    {"attention between channels", [] { return ofChannels(); }},
};

TEST(HalfPrecision, everyKindOfLayerStaysNearFloat64) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(3);
  for (const Kind& kind : kKinds) {
    const auto [found, exact] = kind.results();
    ASSERT_EQ(found.sizes(), exact.sizes()) << kind.name;
    EXPECT_EQ(found.scalar_type(), at::kBFloat16) << kind.name;
    const double error = ((found.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
    EXPECT_LT(error, kTolerance) << kind.name;
    EXPECT_GT(error, kTolerance / 100) << kind.name << ": was it computed in bfloat16?";
    if (std::getenv("HEIRLOOM_FULL")) std::cout << kind.name << ": " << 100 * error << " %\n";
  }
}

}  // namespace
}  // namespace heirloom::tests
