#include "models/common/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "models/cuda.h"
#include "models/kernels/processor.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

double error(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_EQ(found.sizes(), expected.sizes());
  return (found.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
}

void fill(torch::nn::Module& module) {
  const torch::NoGradGuard noGrad;
  for (auto& parameter : module.parameters()) {
    parameter.normal_();
    if (parameter.dim() == 2) parameter.div_(std::sqrt(parameter.size(1)));
  }
}

at::Tensor expectedOf(const at::Tensor& x, Linear& linear, LayerNorm& norm, Activation activation, double slope) {
  at::Tensor in = x.to(at::kDouble);
  if (norm) in = at::layer_norm(in, {in.size(-1)}, norm->weight.to(at::kDouble), norm->bias.to(at::kDouble), 1e-5);
  const at::Tensor bias = linear->bias.defined() ? linear->bias.to(at::kDouble) : linear->bias;
  return activated(at::linear(in, linear->weight.to(at::kDouble), bias), activation, slope);
}

struct Case {
  std::int64_t tokens, inputs, outputs;
  Activation activation;
  bool norm, bias, residual;
};

const Case kCases[] = {
    {200, 180, 540, Activation::None, true, true, false}, {97, 180, 180, Activation::None, false, true, true},
    {96, 180, 360, Activation::Gelu, true, true, false},  {5, 60, 120, Activation::Gelu, false, true, true},
    {1, 12, 36, Activation::Relu, true, true, false},     {13, 6, 1, Activation::LeakyRelu, false, false, true},
    {64, 64, 17, Activation::None, false, false, false},  {31, 34, 100, Activation::LeakyRelu, true, true, true},
    {16, 64, 64, Activation::Gelu, true, true, true},     {17, 48, 16, Activation::None, true, true, false},
    {32, 32, 128, Activation::Relu, true, false, true},   {48, 62, 33, Activation::Gelu, false, true, true}};

std::string describe(const Case& c) {
  return std::to_string(c.tokens) + " tokens, " + std::to_string(c.inputs) + " -> " + std::to_string(c.outputs);
}

void compare(const Placement& placement, double tolerance) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(5);
  for (const Case& c : kCases) {
    LayerNorm norm{nullptr};
    if (c.norm) fill(*(norm = LayerNorm(c.inputs)));
    Linear linear(c.inputs, c.outputs,
                  LinearOptions{.bias = c.bias, .activation = c.activation, .slope = 0.2, .norm = norm});
    fill(*linear);
    const at::Tensor x = (at::randn({c.tokens, c.inputs}) * 2 + 0.5).to(placement.precision);
    const at::Tensor residual = at::randn({c.tokens, c.outputs}).to(placement.precision);
    at::Tensor expected = expectedOf(x, linear, norm, c.activation, 0.2);
    if (c.residual) expected = expected + residual;
    linear->place(placement);
    if (norm) norm->place(placement);
    EXPECT_EQ(linear->packed() != nullptr, !placement.plain);
    const at::Tensor found = linear->forward(x, c.residual ? residual : at::Tensor());
    EXPECT_EQ(found.scalar_type(), placement.precision);
    EXPECT_LT(error(found, expected), tolerance * std::max(1.0, expected.abs().max().item<double>())) << describe(c);
  }
}

TEST(Linear, float32KernelEqualsFloat64) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  compare({at::kCPU, at::kFloat, false}, 2e-6);
}

TEST(Linear, plainFloat32EqualsFloat64) {
  compare({at::kCPU, at::kFloat, true}, 2e-6);
}

TEST(Linear, bfloat16KernelStaysWithinItsRounding) {
  if (!processor().avx512Bf16) GTEST_SKIP() << "no AVX512_BF16 on this processor";
  compare({at::kCPU, at::kBFloat16, false}, 0x1p-7);
}

TEST(Linear, plainBfloat16StaysWithinItsRounding) {
  compare({at::kCPU, at::kBFloat16, true}, 0x1p-6);
}

TEST(Linear, geluIsExactOverItsWholeRange) {
  const torch::NoGradGuard noGrad;
  Linear linear(2, 16, LinearOptions{.activation = Activation::Gelu});
  linear->weight.zero_().select(1, 0).fill_(1);
  linear->bias.zero_();
  linear->place({});
  at::Tensor x = at::zeros({20001, 2});
  x.select(1, 0).copy_(at::linspace(-10, 10, 20001));
  const at::Tensor expected = at::gelu(x.select(1, 0).to(at::kDouble));
  EXPECT_LT(error(linear->forward(x).select(1, 15), expected), 1e-6);
}

/// In one pass, beside both layers in float64.
void comparePerceptron(at::ScalarType precision, double tolerance) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(6);
  for (const std::int64_t tokens : {1, 17, 96, 250}) {
    LayerNorm norm(60), none{nullptr};
    Linear first(60, 120, LinearOptions{.activation = Activation::Gelu, .norm = norm}), second(120, 60);
    fill(*norm);
    fill(*first);
    fill(*second);
    const at::Tensor x = at::randn({tokens, 60}).to(precision);
    const at::Tensor hidden = expectedOf(x, first, norm, Activation::Gelu, 0);
    const at::Tensor expected = expectedOf(hidden, second, none, Activation::None, 0) + x;
    first->place({.precision = precision});
    second->place({.precision = precision});
    EXPECT_EQ(first->packed() && second->packed(), canPackLinear(precision, 60));
    const at::Tensor found = perceptron(x, first, second, x);
    EXPECT_EQ(found.scalar_type(), precision);
    EXPECT_LT(error(found, expected), tolerance * std::max(1.0, expected.abs().max().item<double>())) << tokens;
  }
}

TEST(Linear, perceptronInFloat32EqualsFloat64) {
  comparePerceptron(at::kFloat, 1e-5);
}

TEST(Linear, perceptronInBfloat16StaysWithinItsRounding) {
  if (!processor().avx512Bf16) GTEST_SKIP() << "no AVX512_BF16 on this processor";
  comparePerceptron(at::kBFloat16, 0x1p-6);
}

/// Gated, with something added within and without: beside float64, and the perceptron behind it.
void compareGated(const Placement& placement, std::int64_t half, double tolerance) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(7);
  for (const std::int64_t tokens : {1, 33, 250}) {
    SCOPED_TRACE(tokens);
    LayerNorm norm(60), none{nullptr};
    Linear layer(60, 2 * half, LinearOptions{.gated = true, .norm = norm}), second(half, 60);
    fill(*norm);
    fill(*layer);
    fill(*second);
    const at::Tensor x = at::randn({tokens, 60}).to(placement.precision);
    const at::Tensor inner = at::randn({tokens, 2 * half}).to(placement.precision);
    const at::Tensor residual = at::randn({tokens, half}).to(placement.precision);
    const at::Tensor products = expectedOf(x, layer, norm, Activation::None, 0);
    const auto gated = [&](const at::Tensor& p) { return p.slice(1, 0, half) * at::gelu(p.slice(1, half)); };
    const at::Tensor expected = gated(products + inner) + residual;
    const at::Tensor behind = expectedOf(gated(products), second, none, Activation::None, 0) + x;
    layer->place(placement);
    norm->place(placement);
    second->place(placement);
    EXPECT_EQ(layer->packed() != nullptr, !placement.plain && half % 32 == 0);
    const auto expectNear = [&](const at::Tensor& found, const at::Tensor& wanted) {
      EXPECT_EQ(found.scalar_type(), placement.precision);
      EXPECT_LT(error(found, wanted), tolerance * std::max(1.0, wanted.abs().max().item<double>()));
    };
    expectNear(layer->forward(x, residual, inner), expected);
    expectNear(perceptron(x, layer, second, x), behind);
  }
}

TEST(Linear, oneHalfMayGateTheOther) {
  compareGated({at::kCPU, at::kFloat, true}, 96, 1e-5);
  compareGated({at::kCPU, at::kFloat, true}, 40, 1e-5);
  if (processor().avx2) {
    compareGated({at::kCPU, at::kFloat, false}, 96, 1e-5);
    compareGated({at::kCPU, at::kFloat, false}, 40, 1e-5);  // no whole panels
  }
}

TEST(Linear, gatingInBfloat16StaysWithinItsRounding) {
  if (!processor().avx512Bf16) GTEST_SKIP() << "no AVX512_BF16 on this processor";
  compareGated({at::kCPU, at::kBFloat16, false}, 96, 0x1p-6);
  compareGated({at::kCPU, at::kBFloat16, false}, 40, 0x1p-5);
}

TEST(Linear, canBeTrainedBeforeItIsPlaced) {
  Linear linear(4, 4);
  fill(*linear);
  linear->forward(at::randn({3, 4})).sum().backward();
  EXPECT_GT(linear->weight.grad().abs().max().item<double>(), 0);
}

TEST(LayerNorm, equalsFloat64) {
  const torch::NoGradGuard noGrad;
  LayerNorm norm(180);
  fill(*norm);
  for (const auto& [precision, tolerance] : {std::pair{at::kFloat, 1e-5}, std::pair{at::kBFloat16, 0.06}}) {
    const at::Tensor x = (at::randn({7, 180}) * 3 + 1).to(precision);
    const at::Tensor expected =
        at::layer_norm(x.to(at::kDouble), {180}, norm->weight.to(at::kDouble), norm->bias.to(at::kDouble), 1e-5);
    EXPECT_LT(error(norm->forward(x), expected), tolerance);
  }
}

TEST(LayerNorm, onAGpuTakesTheSessionsValuesAndFloat32) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const torch::NoGradGuard noGrad;
  const at::Tensor x = at::randn({7, 180}) * 3 + 10;
  for (const at::ScalarType precision : {at::kFloat, at::kHalf, at::kBFloat16}) {
    LayerNorm norm(180);
    fill(*norm);
    const at::Tensor expected = norm->forward(x);
    norm->place({at::kCUDA, precision});
    for (const at::ScalarType type : {at::kFloat, precision}) {
      const at::Tensor found = norm->forward(x.to(at::kCUDA, type));
      EXPECT_EQ(found.scalar_type(), type);
      const double scale = expected.abs().max().item<double>();
      EXPECT_LT(error(found.cpu(), expected), (precision == at::kFloat ? 1e-5 : 2e-2) * scale);
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
