#include "models/kernels/packed_linear/packed_linear.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "models/kernels/packed_linear/layer_rows.h"
#include "models/kernels/scratch.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

using LinearKernel = void (*)(const LinearRows<std::uint16_t>& rows, float* scratch);

struct LinearCase {
  int rows;
  std::int64_t inputs, outputs;
  Activation activation = Activation::None;
  bool normalises = false, adds = false, gated = false;
};

const LinearCase kLinearCases[] = {{1, 2, 1},
                                   {15, 6, 16, Activation::Relu, true},
                                   {16, 30, 17, Activation::Gelu, false, true},
                                   {17, 32, 33, Activation::LeakyRelu, true, true},
                                   {31, 34, 64, Activation::None, true},
                                   {32, 62, 65, Activation::Gelu, true},
                                   {33, 64, 100, Activation::None, false, true},
                                   {64, 96, 48, Activation::Relu},
                                   {96, 180, 180, Activation::Gelu, true, true},
                                   {65, 514, 48, Activation::None, true, true},
                                   {96, 1300, 80, Activation::Gelu, false, true},
                                   {50, 600, 192, Activation::None, true, true, true}};

/// What one call of `kernel` writes; nothing but numbers may be read of memory that nobody wrote.
at::Tensor writtenBy(LinearKernel kernel, const PackedLinear& layer, const at::Tensor& x, const at::Tensor& residual) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor y = at::full({x.size(0), layer.outputs}, kNone, at::kBFloat16);
  std::vector<const std::uint16_t*> from, plus;
  std::vector<std::uint16_t*> to;
  for (std::int64_t row = 0; row < x.size(0); ++row) {
    from.push_back(static_cast<const std::uint16_t*>(x.const_data_ptr()) + row * layer.inputs);
    to.push_back(static_cast<std::uint16_t*>(y.data_ptr()) + row * layer.outputs);
    if (residual.defined())
      plus.push_back(static_cast<const std::uint16_t*>(residual.const_data_ptr()) + row * layer.outputs);
  }
  LinearRows<std::uint16_t> rows = linearRows<std::uint16_t>(layer);
  rows.rows = static_cast<int>(x.size(0));
  rows.x = from.data();
  rows.y = to.data();
  if (residual.defined()) rows.residual = plus.data();
  const std::int64_t floats = linearScratchFloats(layer.inputs);
  const Scratch<float> scratch(floats);
  std::fill_n(scratch.data(), floats, kNone);
  kernel(rows, scratch.data());
  return y.to(at::kFloat);
}

TEST(PackedLinear, matrixTilesGiveWhatVectorsOfBfloat16Do) {
  if (!processor().amxBf16) GTEST_SKIP() << "this processor multiplies no tiles of bfloat16 matrices";
  at::manual_seed(4);
  for (const LinearCase& c : kLinearCases) {
    SCOPED_TRACE(std::to_string(c.rows) + " rows, " + std::to_string(c.inputs) + " -> " + std::to_string(c.outputs));
    const at::Tensor weight = at::randn({c.outputs, c.inputs}) / std::sqrt(static_cast<double>(c.inputs));
    const NormBefore norm{at::rand({c.inputs}) + 0.5, at::randn({c.inputs})};
    const PackedLinear layer = packLinear(weight, at::randn({c.outputs}), at::kBFloat16, c.normalises ? &norm : nullptr,
                                          c.activation, 0.2, c.gated);
    const at::Tensor x = at::randn({c.rows, c.inputs}).to(at::kBFloat16);
    const at::Tensor residual = c.adds ? at::randn({c.rows, layer.outputs}).to(at::kBFloat16) : at::Tensor();
    const at::Tensor tiles = writtenBy(linearAmx, layer, x, residual);
    const at::Tensor vectors = writtenBy(linearAvx512Bf16, layer, x, residual);
    // The same products in another order: rounded to one side or the other at times.
    EXPECT_TRUE(at::allclose(tiles, vectors, /*rtol=*/std::ldexp(1.0, -7), /*atol=*/1e-5))
        << (tiles - vectors).abs().max().item<double>();
    EXPECT_GT(tiles.eq(vectors).to(at::kFloat).mean().item<double>(), 0.95);
  }
}

}  // namespace
}  // namespace heirloom::tests
