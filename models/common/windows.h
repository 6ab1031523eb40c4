#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// What keeps tokens apart that a cyclic shift brought together: added to their logit.
inline constexpr double kApart = -100;

/// N H W C, H and W multiples of the windows' sides -> windows of all pictures, tokens of a window, C.
at::Tensor cutWindows(const at::Tensor& x, std::int64_t rows, std::int64_t columns);
/// The way back, to N `h` `w` C.
at::Tensor joinWindows(const at::Tensor& windows, std::int64_t rows, std::int64_t columns, std::int64_t h,
                       std::int64_t w);

/// `length` numbers along a side: 0, 1 where the last window begins, 2 in what a shift brought there from the other
/// border.
at::Tensor shiftedBands(std::int64_t length, std::int64_t window, std::int64_t shift, const at::TensorOptions& options);

}  // namespace heirloom::models
