#pragma once

#include <torch/types.h>

#include "models/common/grid.h"

namespace heirloom::models {

/// The eight flips and turns of a square in KAIR's order (kair.md 0.4): 0 identity, 1 transpose, 2 flip up-down, 3
/// three quarter turns, 4 flip left-right, 5 a quarter turn, 6 half a turn, 7 anti-transpose.
inline constexpr int kAugmentations = 8;

/// The last two sides of `picture` turned by `mode`, 0 to 7.
at::Tensor augmented(const at::Tensor& picture, int mode);
Grid augmented(const Grid& grid, int mode);

/// What undoes `mode`.
int inverseAugmentation(int mode);

}  // namespace heirloom::models
