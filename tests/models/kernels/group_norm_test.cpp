#include "models/kernels/group_norm/group_norm.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <tuple>

#include "models/cuda.h"
#include "models/kernels/kernels.h"

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

TEST(GroupNorm, theTwinAmongTheKernelsIsLibTorchs) {
  const torch::NoGradGuard noGrad;
  const at::Tensor x = at::randn({2, 64, 5, 7}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor weight = at::randn({64}), bias = at::randn({64});
  const at::Tensor normal = at::group_norm(x, 16, weight, bias, 1e-5);
  EXPECT_TRUE(at::equal(plainKernels().groupNorm(x, 16, weight, bias, 1e-5, false), normal));
  EXPECT_TRUE(at::equal(plainKernels().groupNorm(x, 16, weight, bias, 1e-5, true), at::silu(normal)));
}

TEST(GroupNorm, cudaIsThePlainTwin) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const torch::NoGradGuard noGrad;
  at::manual_seed(1);
  struct Shape {
    std::int64_t batch, channels, groups, height, width;
  };
  // Groups narrower and wider than a vector of channels, channels that fill no vector, one pixel, many chunks, several
  // rounds of threads over the channels of a pixel.
  for (const auto& [batch, channels, groups, height, width] :
       {Shape{2, 32, 32, 4, 5}, Shape{1, 64, 32, 1, 1}, Shape{2, 160, 32, 33, 34}, Shape{2, 320, 32, 64, 64},
        Shape{1, 2560, 32, 16, 16}, Shape{1, 128, 32, 512, 511}, Shape{3, 30, 5, 11, 3}, Shape{1, 96, 3, 40, 1},
        Shape{1, 6144, 1, 2, 3}, Shape{2, 7, 7, 5, 9}}) {
    for (const auto& [type, mean, tolerance] :
         {std::tuple{at::kFloat, 3.0, 1e-5}, std::tuple{at::kFloat, 1000.0, 2e-3}, std::tuple{at::kHalf, 3.0, 1e-3},
          std::tuple{at::kBFloat16, 3.0, 8e-3}}) {
      for (const bool silu : {false, true}) {
        const auto placed = [type = type](const at::Tensor& value) { return value.to(at::kCUDA, type); };
        const at::Tensor x = placed((at::randn({batch, channels, height, width}) * 0.5 + mean))
                                 .contiguous(at::MemoryFormat::ChannelsLast);
        const at::Tensor weight = placed(at::randn({channels})), bias = placed(at::randn({channels}));
        const at::Tensor ours = groupNorm(x, groups, weight, bias, 1e-6, silu);
        EXPECT_EQ(ours.scalar_type(), type);
        EXPECT_TRUE(ours.is_contiguous(at::MemoryFormat::ChannelsLast));
        const auto exactly = [](const at::Tensor& value) { return value.cpu().to(at::kDouble); };
        const at::Tensor exact = plainGroupNorm(exactly(x), groups, exactly(weight), exactly(bias), 1e-6, silu);
        // Relative to the value, as the rounding of the type is. Of 1000, the mean itself is rounded by 3e-5.
        const at::Tensor apart = (exactly(ours) - exact).abs() / (1 + exact.abs());
        EXPECT_LT(apart.max().item<double>(), tolerance) << channels << " / " << groups << ' ' << height << " x "
                                                         << width << ' ' << type << ' ' << mean << ' ' << silu;
      }
    }
  }
}

TEST(GroupNorm, cudaTakesAPictureThatBeginsAnywhere) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const torch::NoGradGuard noGrad;
  const at::Tensor memory = at::randn({1 + 4 * 5 * 64}, at::kCUDA);
  const at::Tensor x = memory.as_strided({1, 64, 4, 5}, {4 * 5 * 64, 1, 5 * 64, 64}, 1);
  const at::Tensor weight = at::randn({64}, at::kCUDA), bias = at::randn({64}, at::kCUDA);
  const at::Tensor ours = groupNorm(x, 32, weight, bias, 1e-6, true);
  EXPECT_LT((ours - plainGroupNorm(x, 32, weight, bias, 1e-6, true)).abs().max().item<double>(), 1e-4);
}

TEST(GroupNorm, whatOursDoesNotServeTakesTheTwin) {
  const at::Tensor weight = at::randn({64}).requires_grad_(), bias = at::randn({64}).requires_grad_();
  const at::Tensor x = at::randn({1, 64, 4, 4});  // channels-last, LibTorch's own backward pass reads beyond its input
  groupNorm(x, 32, weight, bias, 1e-6, true).sum().backward();
  EXPECT_TRUE(weight.grad().defined());
}

}  // namespace
}  // namespace heirloom::tests
