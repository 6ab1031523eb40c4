#pragma once

#include <vector>

namespace heirloom::models {

/// M3SNet. Defaults: the network of 32 channels.
struct M3SNetConfig {
  /// Below the picture's own; what fuses them is laid out for so many.
  static constexpr int kLevels = 4;

  int channels = 3;
  int width = 32;                             // features of the first level; each level below has twice as many
  std::vector<int> encoders = {1, 1, 1, 28};  // blocks a level
  int middle = 1;                             // attentions on the lowest level
  int heads = 8;                              // of these
  std::vector<int> decoders = {1, 1, 1, 1};   // from the lowest level up
  bool operator==(const M3SNetConfig&) const = default;
};

}  // namespace heirloom::models
