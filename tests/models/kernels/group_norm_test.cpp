#include "models/kernels/group_norm/group_norm.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(GroupNorm, oursIsItsPlainTwin) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(1);
  for (const auto& [channels, side] : std::vector<std::pair<std::int64_t, std::int64_t>>{{32, 4}, {64, 5}, {160, 33}}) {
    for (const bool silu : {false, true}) {
      // Far from zero, where a variance suffers from cancellation.
      const at::Tensor x =
          (at::randn({2, channels, side, side + 1}) * 0.5 + 3).contiguous(at::MemoryFormat::ChannelsLast);
      const at::Tensor weight = at::randn({channels}), bias = at::randn({channels});
      const at::Tensor ours = groupNorm(x, 32, weight, bias, 1e-6, silu);
      EXPECT_TRUE(ours.is_contiguous(at::MemoryFormat::ChannelsLast));
      const at::Tensor exact =
          plainGroupNorm(x.to(at::kDouble), 32, weight.to(at::kDouble), bias.to(at::kDouble), 1e-6, silu);
      EXPECT_LT((ours - exact).abs().max().item<double>(), 1e-4) << channels << ' ' << side << ' ' << silu;
    }
  }
}

TEST(GroupNorm, whatOursDoesNotServeTakesTheTwin) {
  const at::Tensor weight = at::randn({64}).requires_grad_(), bias = at::randn({64}).requires_grad_();
  const at::Tensor x = at::randn({1, 64, 4, 4});  // channels-last, LibTorch's own backward pass reads beyond its input
  groupNorm(x, 32, weight, bias, 1e-6, true).sum().backward();
  EXPECT_TRUE(weight.grad().defined());
}

}  // namespace
}  // namespace heirloom::tests
