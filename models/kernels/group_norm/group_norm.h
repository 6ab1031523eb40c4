#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// GroupNorm over N C H W, with SiLU behind it or not, in two passes over the memory. `weight`, `bias`: C.
/// Channels-last and without gradients it is ours: on the CPU in float32 (statistics in float64), on CUDA in float32,
/// float16 and bfloat16, weights of the same type (statistics in float32, by Welford's way). Anything else takes the
/// twin. The result is channels-last where ours computes.
at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                     double epsilon, bool silu);

/// The twin in LibTorch: any device and floating type, with gradients.
at::Tensor plainGroupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                          double epsilon, bool silu);

}  // namespace heirloom::models
