#pragma once

#include <array>

#include "models/mambair/config.h"

namespace heirloom::models {

/// MambaIR's U for the noise of real cameras. Defaults: the authors' file.
struct MambaIrUConfig {
  static constexpr int kSizeMultiple = 8;  // three halvings
  static constexpr int kCompression = 3;   // of the channels inside a block's convolutions
  static constexpr int kSqueeze = 30;      // of those inside their attention
  static constexpr int kChannelsOfARank = 16;
  int channels = 3;
  int width = 48;                                // features of the first level; each level below has twice as many
  std::array<int, 4> blocks = {4, 6, 6, 8};      // of encoder and decoder by level, and of the lowest level
  int refinement = 4;                            // blocks behind the first level's decoder
  double expansion = 1.5;                        // scanned channels of a feature
  std::array<int, 4> states = {16, 16, 16, 16};  // of a scanned channel by level
  int lastStates = 16;                           // of the first level's decoder, which has the features of the second
  bool operator==(const MambaIrUConfig&) const = default;

  MambaIrConfig block(int features, std::size_t level) const {
    return {.features = features,
            .inner = static_cast<int>(features * expansion),
            .states = level == 0 && features > width ? lastStates : states.at(level),
            .rank = (features + kChannelsOfARank - 1) / kChannelsOfARank,
            .compressed = features / kCompression,
            .squeezed = features / kSqueeze};
  }
};

}  // namespace heirloom::models
