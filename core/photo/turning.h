#pragma once

#include <cstddef>
#include <cstdint>

#include "core/photo/raster.h"

namespace heirloom::core {

/// Puts row `y` of a picture that is stored with EXIF `orientation` (1..8) where it belongs in the upright raster.
/// Different rows may be placed from different threads.
void placeRow(const std::byte* row, std::int64_t y, int orientation, Raster& upright);

/// 16-bit samples that hold `bits` in their upper part become full range: the largest is 65535.
void spreadBits(Raster& raster, int bits);

}  // namespace heirloom::core
