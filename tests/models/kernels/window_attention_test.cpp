#include "models/kernels/window_attention/window_attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "models/cuda.h"
#include "models/kernels/processor.h"
#include "models/kernels/scratch.h"
#include "models/kernels/window_attention/rows.h"
#include "models/kernels/window_attention/window_block.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

struct Case {
  int window, shift, heads, headDim;
  std::int64_t batch, rows, columns;  // windows
};

const Case kCases[] = {{8, 0, 6, 30, 2, 2, 3},  {8, 4, 6, 30, 1, 3, 2}, {8, 4, 6, 10, 2, 2, 2}, {7, 3, 6, 30, 1, 2, 2},
                       {16, 8, 6, 30, 1, 2, 1}, {8, 4, 1, 64, 1, 1, 1}, {4, 2, 2, 6, 1, 3, 3},  {2, 1, 2, 6, 1, 2, 2},
                       {1, 0, 1, 8, 1, 2, 2},   {5, 2, 3, 16, 1, 2, 2}, {8, 3, 4, 32, 1, 2, 2}, {12, 6, 2, 48, 1, 2, 1},
                       {6, 3, 2, 40, 1, 2, 2},  {8, 4, 2, 20, 1, 1, 3}};

at::Tensor tokens(const Case& c, int parts) {
  return at::randn({c.batch, c.rows * c.window, c.columns * c.window, parts * c.heads * c.headDim}, at::kFloat) * 1.5;
}

at::Tensor biasOf(const Case& c, int keyWindow) {
  return at::randn({c.heads, c.window * c.window, keyWindow * keyWindow}, at::kFloat);
}

double error(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_EQ(found.sizes(), expected.sizes());
  return (found.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
}

std::string describe(const Case& c) {
  return "window " + std::to_string(c.window) + ", shift " + std::to_string(c.shift) + ", heads " +
         std::to_string(c.heads) + " of " + std::to_string(c.headDim);
}

// The plain twin itself against a loop over pairs of tokens, on a picture small enough to reason about.
TEST(WindowAttention, theTwinAveragesTheValuesOfNeighboursInThePicture) {
  // One head, q = 0: every token of its window that is a neighbour in the picture weighs the same.
  at::Tensor qkv = at::zeros({1, 4, 4, 3});
  qkv.select(3, 2).copy_(at::arange(16, at::kFloat).view({1, 4, 4}));
  const at::Tensor bias = at::zeros({1, 4, 4});
  const at::Tensor straight = plainWindowAttention(qkv, bias, {2, 0, 1}, 1.0).squeeze(3)[0];
  EXPECT_LT(error(straight[0][0], at::scalar_tensor(2.5)), 1e-6);  // 0 1 4 5
  EXPECT_LT(error(straight[3][3], at::scalar_tensor(12.5)), 1e-6);
  const at::Tensor shifted = plainWindowAttention(qkv, bias, {2, 1, 1}, 1.0).squeeze(3)[0];
  EXPECT_LT(error(shifted[1][1], at::scalar_tensor(7.5)), 1e-6);  // 5 6 9 10
  EXPECT_LT(error(shifted[0][0], at::scalar_tensor(0.0)), 1e-6);  // a corner stays alone
  EXPECT_LT(error(shifted[0][1], at::scalar_tensor(1.5)), 1e-6);  // 1 2 of the border
}

TEST(WindowAttention, float32EqualsTheTwinInFloat64) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  at::manual_seed(1);
  for (const Case& c : kCases) {
    const at::Tensor qkv = tokens(c, 3), bias = biasOf(c, c.window);
    const double scale = 1 / std::sqrt(c.headDim);
    const at::Tensor expected = plainWindowAttention(qkv.to(at::kDouble), bias, {c.window, c.shift, c.heads}, scale);
    EXPECT_LT(error(windowAttention(qkv, bias, {c.window, c.shift, c.heads}, scale), expected), 1e-5) << describe(c);
  }
}

TEST(WindowAttention, bfloat16StaysWithinItsRounding) {
  if (!processor().avx512Bf16) GTEST_SKIP() << "no AVX512_BF16 on this processor";
  at::manual_seed(2);
  for (const Case& c : kCases) {
    const at::Tensor qkv = tokens(c, 3).to(at::kBFloat16), bias = biasOf(c, c.window);
    const double scale = 1 / std::sqrt(c.headDim);
    const WindowAttentionShape shape{c.window, c.shift, c.heads};
    const at::Tensor expected = plainWindowAttention(qkv.to(at::kDouble), bias, shape, scale);
    const at::Tensor found = windowAttention(qkv, bias, shape, scale);
    EXPECT_EQ(found.scalar_type(), at::kBFloat16);
    // Result and probabilities are rounded to 8 bits: 2^-9 of values up to about 6 each.
    EXPECT_LT(error(found, expected), 6 * 2 * 0x1p-9) << describe(c);
    EXPECT_LT((found.to(at::kDouble) - expected).pow(2).mean().sqrt().item<double>(), 0.003) << describe(c);
  }
}

/// What a kernel for bfloat16 makes of one window: random tokens of `c` that look at `keys` random ones in two regions.
at::Tensor attended(const Case& c, int keys, bool cosine, decltype(attendWindowAmx)& attend) {
  at::manual_seed(9);
  const int queries = c.window * c.window, width = c.heads * c.headDim;
  const auto random = [&](int count) { return at::randn({count, width}).to(at::kBFloat16); };
  const at::Tensor q = random(queries), k = random(keys), v = random(keys), result = at::zeros_like(q);
  const at::Tensor bias = at::randn({c.heads, queries, keys}), scales = at::rand({c.heads}) + 0.1;
  const at::Tensor regionsOfQueries = at::randint(2, {queries}, at::kInt),
                   regionsOfKeys = at::arange(keys, at::kInt) % 2;
  const auto rowsOf = [&](const at::Tensor& t, int count) {
    std::vector<std::uint16_t*> rows;
    for (int i = 0; i < count; ++i)
      rows.push_back(static_cast<std::uint16_t*>(t.data_ptr()) + std::min<std::int64_t>(i, t.size(0) - 1) * width);
    return rows;
  };
  const int padded = (queries + kQueriesTogether - 1) / kQueriesTogether * kQueriesTogether;
  const auto query = rowsOf(q, padded), to = rowsOf(result, padded), key = rowsOf(k, keys), value = rowsOf(v, keys);
  Scratch<float> scratch(windowScratchFloats(keys, c.headDim));
  std::fill_n(scratch.data(), windowScratchFloats(keys, c.headDim), std::numeric_limits<float>::quiet_NaN());
  attend({.queries = queries,
          .keys = keys,
          .heads = c.heads,
          .headDim = c.headDim,
          .query = query.data(),
          .key = key.data(),
          .value = value.data(),
          .result = to.data(),
          .bias = bias.const_data_ptr<float>(),
          .queryRegion = regionsOfQueries.const_data_ptr<std::int32_t>(),
          .keyRegion = regionsOfKeys.const_data_ptr<std::int32_t>(),
          .scales = scales.const_data_ptr<float>(),
          .cosine = cosine},
         scratch.data());
  return result;
}

// Numbers of queries and keys that fill no tile, and scratch that holds no number before.
TEST(WindowAttention, matrixTilesEqualVectors) {
  if (!processor().amxBf16) GTEST_SKIP() << "no AMX on this processor";
  for (const Case& c : kCases) {
    for (const int keys : {1, c.window * c.window, c.window * c.window * 9 / 4 + 3}) {
      for (const bool cosine : {false, true}) {
        EXPECT_LT(error(attended(c, keys, cosine, attendWindowAmx), attended(c, keys, cosine, attendWindowAvx512Bf16)),
                  0x1p-6)  // results up to 4 are rounded to 8 bits
            << describe(c) << ", keys " << keys << (cosine ? ", cosine" : "");
      }
    }
  }
}

TEST(WindowAttention, cosineEqualsTheTwinInFloat64) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  at::manual_seed(3);
  for (const Case& c : kCases) {
    const WindowAttentionShape shape{c.window, c.shift, c.heads};
    const at::Tensor qkv = tokens(c, 3), bias = biasOf(c, c.window);
    const at::Tensor scales = at::rand({c.heads}) * 20 + 1;
    const at::Tensor expected = plainCosineWindowAttention(qkv.to(at::kDouble), bias, shape, scales);
    EXPECT_LT(error(cosineWindowAttention(qkv, bias, shape, scales), expected), 2e-5) << describe(c);
    if (!processor().avx512Bf16) continue;
    const at::Tensor rounded = qkv.to(at::kBFloat16);
    const at::Tensor expectedOfRounded = plainCosineWindowAttention(rounded.to(at::kDouble), bias, shape, scales);
    EXPECT_LT(error(cosineWindowAttention(rounded, bias, shape, scales), expectedOfRounded), 6 * 2 * 0x1p-9)
        << describe(c);
  }
}

void expectOverlappingEqualsTheTwin(decltype(overlappingWindowAttention)& attend) {
  for (const auto& [c, keyWindow] :
       {std::pair{Case{16, 0, 6, 30, 1, 2, 2}, 24}, std::pair{Case{8, 0, 2, 10, 2, 2, 3}, 12}}) {
    const at::Tensor q = tokens(c, 1), kv = tokens(c, 2), bias = biasOf(c, keyWindow);
    const double scale = 1 / std::sqrt(c.headDim);
    const at::Tensor expected = plainOverlappingWindowAttention(q.to(at::kDouble), kv.to(at::kDouble), bias, c.window,
                                                                keyWindow, c.heads, scale);
    EXPECT_LT(error(attend(q, kv, bias, c.window, keyWindow, c.heads, scale), expected), 1e-5);
  }
}

TEST(WindowAttention, overlappingEqualsTheTwinInFloat64) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  at::manual_seed(4);
  expectOverlappingEqualsTheTwin(overlappingWindowAttention);
}

/// What a GPU is given, computed here: LibTorch's attention is the same function on every device.
TEST(WindowAttention, theWayOfGpusEqualsTheTwinInFloat64) {
  at::manual_seed(5);
  for (const Case& c : kCases) {
    const WindowAttentionShape shape{c.window, c.shift, c.heads};
    const at::Tensor qkv = tokens(c, 3), bias = biasOf(c, c.window), biases = windowBiases(bias, shape);
    EXPECT_EQ(biases.size(0), c.shift ? 4 : 1);
    const double scale = 1 / std::sqrt(c.headDim);
    const at::Tensor expected = plainWindowAttention(qkv.to(at::kDouble), bias, shape, scale);
    EXPECT_LT(error(gpuWindowAttention(qkv, biases, shape, scale), expected), 1e-5) << describe(c);
    const at::Tensor scales = at::rand({c.heads}) * 20 + 1;
    const at::Tensor byCosine = plainCosineWindowAttention(qkv.to(at::kDouble), bias, shape, scales);
    EXPECT_LT(error(gpuCosineWindowAttention(qkv, biases, shape, scales), byCosine), 2e-5) << describe(c);
  }
  expectOverlappingEqualsTheTwin(gpuOverlappingWindowAttention);
}

// 260 windows of 2 x 256 x 256 biases are more than one part of them, and the parts' last rows are not the picture's.
TEST(WindowAttention, theWayOfGpusGoesThroughALargePictureInParts) {
  at::manual_seed(6);
  const Case c{16, 8, 2, 8, 1, 20, 13};
  const WindowAttentionShape shape{c.window, c.shift, c.heads};
  const at::Tensor qkv = tokens(c, 3), bias = biasOf(c, c.window);
  const double scale = 1 / std::sqrt(c.headDim);
  EXPECT_LT(
      error(gpuWindowAttention(qkv, windowBiases(bias, shape), shape, scale), windowAttention(qkv, bias, shape, scale)),
      2e-5);
}

TEST(WindowAttention, onAGpuItStaysWithinItsRounding) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  at::manual_seed(7);
  for (const Case& c : kCases) {
    const WindowAttentionShape shape{c.window, c.shift, c.heads};
    const at::Tensor bias = biasOf(c, c.window), scales = at::rand({c.heads}) * 20 + 1;
    const double scale = 1 / std::sqrt(c.headDim);
    for (const auto& [precision, tolerance] : {std::pair{at::kFloat, 1e-3}, std::pair{at::kBFloat16, 6 * 6 * 0x1p-9}}) {
      const at::Tensor qkv = tokens(c, 3).to(precision), there = qkv.to(at::kCUDA), wide = qkv.to(at::kDouble);
      const at::Tensor found = windowAttention(there, bias.to(at::kCUDA), shape, scale);
      EXPECT_EQ(found.scalar_type(), precision);
      EXPECT_LT(error(found.cpu(), plainWindowAttention(wide, bias, shape, scale)), tolerance) << describe(c);
      const at::Tensor byCosine = cosineWindowAttention(there, bias.to(at::kCUDA), shape, scales.to(at::kCUDA));
      EXPECT_LT(error(byCosine.cpu(), plainCosineWindowAttention(wide, bias, shape, scales)), 4 * tolerance)
          << describe(c);
    }
  }
}

TEST(WindowBlock, equalsItsThreeSteps) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  at::manual_seed(8);
  for (const Case& c : kCases) {
    const WindowAttentionShape shape{c.window, c.shift, c.heads};
    const std::int64_t channels = c.heads * c.headDim;
    const double scale = 1 / std::sqrt(c.headDim);
    const at::Tensor x = tokens(c, 1), bias = biasOf(c, c.window);
    const at::Tensor qkvWeight = at::randn({3 * channels, channels}) / std::sqrt(channels);
    const at::Tensor projWeight = at::randn({channels, channels}) / std::sqrt(channels);
    const at::Tensor qkvBias = at::randn({3 * channels}), projBias = at::randn({channels});
    const NormBefore norm{at::rand({channels}) + 0.5, at::randn({channels})};
    const at::Tensor scales = at::full({c.heads}, scale, at::kFloat);
    for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
      if (!canPackLinear(precision, channels)) continue;
      const PackedLinear qkv = packLinear(qkvWeight, qkvBias, precision, &norm);
      const PackedLinear proj = packLinear(projWeight, projBias, precision);
      const at::Tensor in = x.to(precision);
      for (const bool cosine : {false, true}) {
        const at::Tensor together = packedLinear(in, qkv);
        const at::Tensor seen = cosine ? cosineWindowAttention(together, bias, shape, scales)
                                       : windowAttention(together, bias, shape, scale);
        const at::Tensor expected = packedLinear(seen, proj, in);
        const at::Tensor found = windowBlock(in, qkv, proj, bias, shape, scales, cosine, in);
        EXPECT_TRUE(at::equal(found, expected)) << describe(c) << " " << precision;
      }
      EXPECT_LT(error(windowBlock(in, qkv, proj, bias, shape, scales, false, {}),
                      packedLinear(windowAttention(packedLinear(in, qkv), bias, shape, scale), proj)),
                1e-30);
    }
  }
}

TEST(WindowAttention, largeLogitsNeitherOverflowNorVanish) {
  const at::Tensor qkv = at::randn({1, 8, 8, 3 * 12}, at::kFloat) * 60;
  const at::Tensor bias = at::zeros({2, 64, 64});
  const at::Tensor expected = plainWindowAttention(qkv.to(at::kDouble), bias, {8, 0, 2}, 1.0);
  EXPECT_LT(error(windowAttention(qkv, bias, {8, 0, 2}, 1.0), expected), 0.05);
}

TEST(WindowAttention, refusesAPictureThatIsNoMultipleOfTheWindow) {
  if (!processor().avx2) GTEST_SKIP() << "neither AVX-512 nor AVX2 on this processor";
  EXPECT_THROW(windowAttention(at::zeros({1, 9, 8, 36}), at::zeros({2, 64, 64}), {8, 0, 2}, 1.0), c10::Error);
  EXPECT_THROW(windowAttention(at::zeros({1, 8, 8, 36}), at::zeros({2, 49, 64}), {8, 0, 2}, 1.0), c10::Error);
}

TEST(WindowAttention, gradientsFlowThroughTheTwin) {
  const at::Tensor qkv = at::randn({1, 4, 4, 3 * 4}).set_requires_grad(true);
  windowAttention(qkv, at::zeros({2, 16, 16}), {4, 2, 2}, 1.0).sum().backward();
  EXPECT_GT(qkv.grad().abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace heirloom::tests
