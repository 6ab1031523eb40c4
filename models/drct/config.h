#pragma once

#include <vector>

namespace heirloom::models {

/// DRCT. Defaults: DRCT x4.
struct DrctConfig {
  static constexpr int kBlocks = 5;  // a group, densely connected
  int channels = 3;
  int features = 180;
  int growth = 32;
  int groups = 6;
  int heads = 6;
  int hidden = 360;  // of the first block's perceptron
  int window = 16;
  int scale = 4;
  bool operator==(const DrctConfig&) const = default;
};

}  // namespace heirloom::models
