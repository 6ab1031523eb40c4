#pragma once

#include <torch/types.h>

namespace heirloom::models {

// Between the levels of a U, N C H W.

/// Means of 2x2; H and W are even.
inline at::Tensor halved(const at::Tensor& x) {
  return at::avg_pool2d(x, 2);
}

/// Twice as large, bilinear between the centres of pixels.
inline at::Tensor doubled(const at::Tensor& x) {
  return at::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, /*align_corners=*/false);
}

}  // namespace heirloom::models
