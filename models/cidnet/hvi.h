#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// The colour space of HVI-CIDNet: hue and saturation as a point of the plane (horizontal, vertical), which lies the
/// nearer to the middle the darker the colour is, and intensity. `k`: float32, one number; how fast it gets there.

/// `rgb`: float32 N 3 H W in 0..1; returns N 3 H W: horizontal and vertical in -1..1, intensity in 0..1.
at::Tensor toHvi(const at::Tensor& rgb, const at::Tensor& k);
/// And back; what lies outside is clamped.
at::Tensor fromHvi(const at::Tensor& hvi, const at::Tensor& k);

}  // namespace heirloom::models
