#pragma once

#include <vector>

namespace heirloom::models {

/// DAT (kair.md 2.1). Defaults: DAT x4.
struct DatConfig {
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 720;   // of a block's perceptron, half of which gates the other half
  int shortSide = 8;  // of the windows
  int longSide = 32;
  int scale = 4;
  bool direct = false;             // "pixelshuffledirect": one convolution and shuffle make the picture
  bool threeConvolutions = false;  // "3conv": a group ends with a bottleneck instead of one convolution
  int unshuffle = 1;               // pixels of a side that are made channels first

  /// Of the end, from which `unshuffle` takes away.
  int enlargement() const { return scale * unshuffle; }
  bool operator==(const DatConfig&) const = default;
};

}  // namespace heirloom::models
