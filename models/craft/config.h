#pragma once

#include <vector>

namespace heirloom::models {

/// CRAFT. Defaults: the authors' x4 network.
struct CraftConfig {
  int channels = 3;
  int features = 48;
  std::vector<int> depths = {2, 2, 2, 2};  // blocks a group
  int heads = 6;
  int shortSide = 4;  // of the windows
  int longSide = 16;
  int hidden = 96;   // of the perceptrons behind windows
  int gated = 127;   // of those behind fusions
  bool bias = true;  // of queries, keys and values
  bool lastConvolution = true;
  int scale = 4;
  bool operator==(const CraftConfig&) const = default;
};

}  // namespace heirloom::models
