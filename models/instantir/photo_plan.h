#pragma once

#include "models/instantir/options.h"

namespace heirloom::models {

/// How a photo goes through the networks.
struct PhotoPlan {
  PhotoMode mode = PhotoMode::Whole;
  PixelSize seen;             // what they see of it, sides multiples of 64
  std::int64_t tileSide = 0;  // of the tiles of that, pixels; 0: all at once

  /// Pixels that a network sees at once.
  std::int64_t atOnce() const;
  bool operator==(const PhotoPlan&) const = default;
};

/// Throws Error for a photo so narrow that a side would vanish at the working size, unless it goes in tiles: those take
/// one of any proportions whose sides are both longer than 64 pixels.
PhotoPlan planOf(PixelSize photo, const InstantIrOptions& options, bool onProcessor);

}  // namespace heirloom::models
