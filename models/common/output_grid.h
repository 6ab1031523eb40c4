#pragma once

namespace heirloom::models {

/// Side of the squares that our fastest 3x3 convolution computes at once (models/kernels/winograd), each with rounding
/// errors of its own. Tiles that start at multiples of it, in the pixels of that layer, are rounded exactly as the
/// whole picture is: Descriptor::sizeMultiple of a local network is at least this.
inline constexpr int kOutputGrid = 4;

}  // namespace heirloom::models
