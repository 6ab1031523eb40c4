#pragma once

#include "core/quality/imresize.h"

namespace heirloom::core {

/// `degraded` with the slope and the offset in each band that bring it nearest to `clean` (least squares; a constant
/// band becomes the mean): what a restoration must beat to be one. Pictures of one size.
FloatImage affineCorrected(const FloatImage& degraded, const FloatImage& clean);

}  // namespace heirloom::core
