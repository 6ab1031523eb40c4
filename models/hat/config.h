#pragma once

#include <vector>

namespace heirloom::models {

/// HAT (kair.md 2.1). Defaults: HAT x4.
struct HatConfig {
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 360;  // of a block's perceptron
  int window = 16;
  int keyWindow = 24;   // side of the overlapping windows
  int compressed = 60;  // channels inside a block's convolutions
  int squeezed = 6;     // channels inside their attention
  int headFeatures = 64;
  int scale = 4;
  bool operator==(const HatConfig&) const = default;
};

}  // namespace heirloom::models
