#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace heirloom::models {

/// Which colour each pixel of a 2 x 2 cell keeps: "RGGB", "BGGR", "GRBG" or "GBRG", row by row.
std::vector<std::string> bayerPatterns();

/// 1 where the mosaic keeps a channel: float32 1 3 H W.
at::Tensor bayerMask(const std::string& pattern, std::int64_t height, std::int64_t width, const at::Device& device);

/// Linear demosaicing with 5 x 5 filters (Malvar, He, Cutler, "High-quality linear interpolation for demosaicing of
/// Bayer-patterned color images", ICASSP 2004; KAIR's dm_matlab). `mosaic`: N 1 H W. Result N 3 H W, not clamped.
at::Tensor demosaicedLinearly(const at::Tensor& mosaic, const std::string& pattern);

/// Bilinear demosaicing with 3 x 3 filters over a mosaic that repeats beyond its edges; a colour that it lacks
/// altogether is the mosaic itself. Shapes as above.
at::Tensor demosaicedBilinearly(const at::Tensor& mosaic, const std::string& pattern);

}  // namespace heirloom::models
