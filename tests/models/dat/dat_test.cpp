#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/crossed_windows.h"
#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr int kHeads = 2;
constexpr double kScale = 0.3;

TEST(Dat, squareWindowsAreWhatWindowAttentionMakesOfThem) {
  at::manual_seed(0);
  const at::Tensor qkv = at::randn({2, 8, 12, 3, 6});
  const at::Tensor bias = at::randn({kHeads, 16, 16});
  for (const int shift : {0, 2}) {
    const at::Tensor expected =
        plainWindowAttention(qkv.flatten(3), bias, {.window = 4, .shift = shift, .heads = kHeads}, kScale);
    const at::Tensor attended = rectangularWindowAttention(qkv, bias, {4, 4, shift, shift}, kHeads, kScale);
    EXPECT_LT((attended - expected).abs().max().item<double>(), 1e-5) << "shift " << shift;
  }
}

TEST(Dat, aTransposedPictureInTransposedWindowsIsTheTransposedResult) {
  at::manual_seed(1);
  const at::Tensor qkv = at::randn({1, 8, 8, 3, 6});
  const at::Tensor none = at::zeros({kHeads, 8, 8});
  const at::Tensor upright = rectangularWindowAttention(qkv, none, {4, 2, 2, 1}, kHeads, kScale);
  const at::Tensor lying =
      rectangularWindowAttention(qkv.transpose(1, 2).contiguous(), none, {2, 4, 1, 2}, kHeads, kScale);
  EXPECT_LT((upright - lying.transpose(1, 2)).abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace heirloom::tests
