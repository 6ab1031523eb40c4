#pragma once

#include <torch/types.h>

#include "models/common/grid.h"

namespace heirloom::models {

/// The eight flips and turns of a square in KAIR's order (kair.md 0.4): 0 identity, 1 transpose, 2 flip up-down, 3
/// three quarter turns, 4 flip left-right, 5 a quarter turn, 6 half a turn, 7 anti-transpose.
inline constexpr int kAugmentations = 8;

/// The last two sides of `picture` turned by `mode`, 0 to 7.
at::Tensor augmented(const at::Tensor& picture, int mode);

/// The blur kernel of a picture that is turned by `mode`, its middle where that of `kernel` was. `scale`: the pixels of
/// the picture are the top left ones of cells of so many pixels a side, as FftDataStep has it; those of a flipped
/// picture lie at the other end of their cells, for which the kernel's middle moves.
Grid turnedKernel(const Grid& kernel, int mode, int scale = 1);

/// What undoes `mode`.
int inverseAugmentation(int mode);

}  // namespace heirloom::models
