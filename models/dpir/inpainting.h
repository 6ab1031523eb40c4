#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace heirloom::models {

/// The colours by which a picture can mark pixels that are missing.
std::vector<std::string> missingMarks();

/// The one of them that only a colour picture can have.
inline constexpr const char* kColourMark = "magenta";

/// 0 where `picture` (N 3 H W or N 1 H W in 0..1) has exactly the marking colour, 1 elsewhere: float32 N 1 H W.
at::Tensor knownPixels(const at::Tensor& picture, const std::string& mark);

/// `picture` with the pixels that `known` (N 1 H W) leaves out filled from around them: averages of known pixels over
/// ever larger squares, from the finest that has any (pull-push).
at::Tensor filledFromAround(const at::Tensor& picture, const at::Tensor& known);

}  // namespace heirloom::models
