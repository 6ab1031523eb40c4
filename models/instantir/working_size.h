#pragma once

#include <cstdint>

#include "models/common/pixel_size.h"

namespace heirloom::models {

/// What sizes the network works at.
struct WorkingSizeRules {
  std::int64_t minSide = 768;   // the shorter side becomes at least this long,
  std::int64_t maxSide = 1024;  // then the longer side at most this; it has the last word
  std::int64_t multiple = 64;   // both sides are rounded down to it
  std::int64_t height = 0;      // requested; 0: by the other one in the picture's proportions,
  std::int64_t width = 0;       // or the picture's own where both are 0
  bool operator==(const WorkingSizeRules&) const = default;
};

/// The size that a picture is resized to for the network (InstantIR, infer.py, resize_img; instantir.md 2.1). Throws
/// Error for a picture so narrow that a side would vanish.
PixelSize workingSize(PixelSize picture, const WorkingSizeRules& rules);

}  // namespace heirloom::models
