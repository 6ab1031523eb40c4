#pragma once

#include <torch/types.h>

#include "models/kernels/selective_scan/selective_scan.h"

namespace heirloom::models {

/// Kernels of ours, a set per kind of device. Every one has its plain LibTorch twin in `plainKernels()`, and a test
/// that compares both.
class Kernels {
 public:
  virtual ~Kernels() = default;

  /// FFDNet's input in one pass: `picture` N C H W (H, W even, float32), `sigma` N 1 1 1 -> N 4C+1 H/2 W/2
  /// channels-last: pixel-unshuffled by 2, the noise level as the last channel.
  virtual at::Tensor unshuffleWithNoise(const at::Tensor& picture, const at::Tensor& sigma) const = 0;

  /// As the function of this name. Shapes were checked there.
  virtual at::Tensor selectiveScan(const at::Tensor& x, const at::Tensor& projected,
                                   const SelectiveScanWeights& weights) const = 0;

  /// As the function of this name. Shapes, types and memory format were checked there.
  virtual at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                               const at::Tensor& bias, double epsilon, bool silu) const = 0;
};

const Kernels& plainKernels();

/// The fastest set for a device: ours for CUDA where the library is open, the plain ones otherwise.
const Kernels& kernels(const at::Device& device);

}  // namespace heirloom::models
