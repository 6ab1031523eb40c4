#pragma once

#include <vector>

namespace heirloom::models {

/// RGT. Defaults: RGT x4.
struct RgtConfig {
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 360;   // of a block's perceptron, half of which gates the other half
  int shortSide = 8;  // of the windows
  int longSide = 32;
  int reduced = 90;  // channels by which pixels and the picture's summary are compared
  int scale = 4;
  bool threeConvolutions = false;  // "3conv": a group ends with a bottleneck instead of one convolution
  bool bias = true;                // of the linear layers before an attention
  bool operator==(const RgtConfig&) const = default;
};

}  // namespace heirloom::models
