#pragma once

#include "models/swinir/config.h"

namespace heirloom::tests {

/// The small SwinIR of the conformance records.
inline models::SwinIrConfig tinySwinIr(models::SwinIrHead head, int scale, bool threeConvolutions = false,
                                       int channels = 3) {
  return {.channels = channels,
          .features = 12,
          .depths = {2, 2},
          .heads = 2,
          .hidden = 24,
          .window = 4,
          .scale = scale,
          .head = head,
          .threeConvolutions = threeConvolutions};
}

}  // namespace heirloom::tests
