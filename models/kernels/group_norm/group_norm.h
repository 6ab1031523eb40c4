#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// GroupNorm over N C H W, with SiLU behind it or not, in two passes over the memory. `weight`, `bias`: C. Float32,
/// channels-last, on the CPU and without gradients it is ours (statistics in float64); anything else takes the twin.
/// The result is channels-last where ours computes.
at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                     double epsilon, bool silu);

/// The twin in LibTorch: any device and floating type, with gradients.
at::Tensor plainGroupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                          double epsilon, bool silu);

}  // namespace heirloom::models
