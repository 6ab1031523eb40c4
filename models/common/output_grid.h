#pragma once

namespace heirloom::models {

/// Side of the squares that our fastest 3x3 convolution computes at once (models/kernels/winograd), each with rounding
/// errors of its own. Tiles that start at multiples of it, in the pixels of that layer, are rounded as the whole
/// picture is; only near their edges do rounding errors differ, because through them a square sees all of its
/// neighbours: Descriptor::sizeMultiple of a local network is at least this.
inline constexpr int kOutputGrid = 4;

}  // namespace heirloom::models
