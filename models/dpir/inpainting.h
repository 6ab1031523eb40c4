#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::models {

/// The colours by which a picture can mark pixels that are missing.
std::vector<std::string> missingMarks();

/// The one of them that only a colour picture can have.
inline constexpr const char* kColourMark = "magenta";

/// 0 where `picture` (N 3 H W or N 1 H W in 0..1) has exactly the marking colour, 1 elsewhere: float32 N 1 H W.
at::Tensor knownPixels(const at::Tensor& picture, const std::string& mark);

/// Side of the squares of which a far look at a photo has one pixel each; a power of two.
inline constexpr std::int64_t kFarSide = 16;

/// `picture` with the pixels that `known` (N 1 H W) leaves out filled from around them: averages of known pixels over
/// ever larger squares, from the finest that has any (pull-push). With `far`, as large as `picture`, squares of
/// kFarSide of which nothing is known are as they are there, and no larger ones are asked.
at::Tensor filledFromAround(const at::Tensor& picture, const at::Tensor& known, const at::Tensor& far = {});

}  // namespace heirloom::models
