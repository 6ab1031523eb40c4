#pragma once

#include "core/colour/working_colour.h"
#include "core/photo/raster.h"

namespace heirloom::core {

/// Standard deviation of the noise in a photo, in 8-bit units, as a network with `channels` would be shown it: of the
/// colour channels on average, or of luma. Smallest eigenvalues of patch covariances (Chen, Zhu, Heng, "An Efficient
/// Statistical Method for Image Noise Level Estimation", ICCV 2015), on patches taken from all over the photo. 0 for a
/// photo too small to say.
double estimateNoise(const Raster& photo, const WorkingColour& colour, int channels);

}  // namespace heirloom::core
