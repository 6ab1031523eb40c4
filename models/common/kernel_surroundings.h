#pragma once

#include <functional>

#include "models/restorer.h"

namespace heirloom::models {

/// What an algorithm that deconvolves by FFT takes for the surroundings of a picture. "circular": the opposite side, as
/// the references and their test pictures have it. "mirrored": the picture goes on as its own mirror image, which
/// photos, and tiles of them, need, or their edges ring.
Parameter surroundingsParameter();

/// `deconvolve` for pictures with the surroundings that `settings` say: mirrored ones are padded by twice the reach of
/// `kernel` (1 1 h w, in pixels of the result) and the result, `scale` times as large, is cropped.
std::function<at::Tensor(const at::Tensor&)> withSurroundings(const Settings& settings, const at::Tensor& kernel,
                                                              int scale,
                                                              std::function<at::Tensor(const at::Tensor&)> deconvolve);

}  // namespace heirloom::models
