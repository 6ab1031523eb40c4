#pragma once

#include <torch/types.h>

#include "models/common/grid.h"

namespace heirloom::models {

/// `kernel` as a tensor of a picture's device: float32 1 1 h w.
at::Tensor kernelTensor(const Grid& kernel, const at::Device& device);

/// Throws Error, which names both sizes, of a kernel (1 1 h w) that is larger than a picture of `height` x `width`.
void requireKernelFits(const at::Tensor& kernel, std::int64_t height, std::int64_t width);

/// Optical transfer function of `kernel` (1 1 h w) on a grid of `height` x `width`: padded with zeros, its middle
/// rolled to the corner, transformed. complex64. Convolution with it is circular. Throws as `requireKernelFits` does.
at::Tensor opticalTransfer(const at::Tensor& kernel, std::int64_t height, std::int64_t width);

/// The data term of plug-and-play restoration in closed form: minimises ||y - (x (*) k) down s||^2 + alpha ||x - z||^2
/// over x for circular convolution and decimation at the top left (Zhao et al., TIP 2016; Zhang et al., CVPR 2020, eq.
/// 7; kair.md 1.8).
class FftDataStep {
 public:
  /// `y`: float32 N C h w, the degraded picture; `kernel` 1 1 kh kw; `scale` s.
  FftDataStep(const at::Tensor& y, const at::Tensor& kernel, int scale);

  /// `z`: N C sh sw, `alpha` broadcastable to it (positive). Returns x, float32 N C sh sw.
  at::Tensor solve(const at::Tensor& z, const at::Tensor& alpha) const;

 private:
  int scale_;
  at::Tensor transfer_;  // B
  at::Tensor adjoint_;   // conj B
  at::Tensor power_;     // mean of |B|^2 over the s x s blocks of the spectrum
  at::Tensor observed_;  // conj B F(y up)
};

}  // namespace heirloom::models
