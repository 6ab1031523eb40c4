#pragma once

#include <functional>

#include "models/restorer.h"

namespace heirloom::models {

/// What an algorithm that deconvolves by FFT takes for the surroundings of a picture. "circular": the opposite side, as
/// the references and their test pictures have it. "mirrored": the picture goes on as its own mirror image, which
/// photos, and tiles of them, need, or their edges ring.
Parameter surroundingsParameter();

/// `deconvolve` for pictures with the surroundings that `settings` say: mirrored ones are padded by twice the reach of
/// `kernel` (1 1 h w, in pixels of a picture `scale` times as large) and the result, of any enlargement, is cropped.
/// What it returns throws Error where the kernel is larger than that picture.
std::function<at::Tensor(const at::Tensor&)> withSurroundings(const Settings& settings, const at::Tensor& kernel,
                                                              int scale,
                                                              std::function<at::Tensor(const at::Tensor&)> deconvolve);

/// The overlap of tiles that hides their seams where a kernel is as wide as usual, in pixels of the source.
inline constexpr int kDeconvolutionMargin = 48;

/// The same for `kernel`, in pixels of a picture `scale` times as large: a data step looks as far as the kernel is
/// wide, what follows it a little further. At least kDeconvolutionMargin.
int deconvolutionMargin(const Grid& kernel, int scale);

}  // namespace heirloom::models
