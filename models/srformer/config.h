#pragma once

#include <vector>

#include "models/common/picture_head_config.h"

namespace heirloom::models {

/// SRFormer. Defaults: classical x4.
struct SrFormerConfig {
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 360;  // of a block's perceptron
  int window = 24;
  PictureHeadConfig head;
  bool threeConvolutions = false;  // "3conv": a group ends with a bottleneck instead of one convolution
  bool operator==(const SrFormerConfig&) const = default;
};

}  // namespace heirloom::models
