#pragma once

namespace heirloom::models::winograd {

/// F(4x4, 3x3) interpolates at 0, +-kA, +-kB and infinity. With 1 and 2, the paper's choice, the rounding error of 64
/// channels is 3.2 times that of the direct form, with these 1.5 times, or 1.9 times with weights that are transformed
/// in float32, as they are here; all factors of the other transforms are exact in float32. F(6x6, 3x3) would save a
/// fifth of the products, at 6 times the direct form's error with the best points found.
inline constexpr float kA = 0.75F;
inline constexpr float kB = 1.5F;

}  // namespace heirloom::models::winograd
