#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// Pixels moved by the difference between the grid of a decimated picture and its middle: samples at i + (scale - 1) /
/// 2, bilinear, clamped to the edge (DPIR utils_sisr.py, shift_pixel).
at::Tensor shiftedPixels(const at::Tensor& picture, int scale);

}  // namespace heirloom::models
