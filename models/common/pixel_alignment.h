#pragma once

#include <torch/types.h>

#include "models/settings.h"

namespace heirloom::models {

/// Where the pixels of a source lie among those of a result `scale` times as large, for algorithms that take the source
/// for a blurred and decimated picture (FftDataStep). "corner", the default: at the top left of the cells that they
/// become, as the references and their test pictures have it; the result then lies (scale - 1) / 2 pixels to the top
/// left of an enlargement of the source. "centre", for photos: in the middle of the cells, so that the result lies
/// where an enlargement lies and can be compared and blended with it.
Parameter alignmentParameter();

/// Whether `settings` say "centre"; false where they have no such parameter.
bool alignsCentres(const Settings& settings);

/// The kernel of `settings` for FftDataStep: float32 1 1 h w on `device`. For pixels in the middle of their cells it is
/// moved, between pixels linearly, as DPIR's script for real photos does (main_dpir_sisr_real_applications.py,
/// shift_pixel; kair.md 1.9); but until its centre of mass, not its middle, lies (scale - 1) / 2 before its middle,
/// which holds for kernels beside their middle, too, and leaves those of bicubic reduction where they are, which are
/// made for decimation at the corner (kernels_bicubicx234.mat). Otherwise, and where nothing is enlarged, as it is.
at::Tensor alignedKernel(const Settings& settings, int scale, const at::Device& device);

}  // namespace heirloom::models
