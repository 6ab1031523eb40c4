#pragma once

#include <vector>

#include "models/common/picture_head_config.h"

namespace heirloom::models {

/// ATD. Defaults: classical x4.
struct AtdConfig {
  int channels = 3;
  int features = 210;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 420;  // of a block's perceptron
  int window = 16;
  int tokens = 128;    // of a group's dictionary
  int reduced = 20;    // channels that pixels and tokens are compared by
  int category = 256;  // tokens that attend to each other because they resemble the same token; not in a file
  int kernel = 5;      // of the perceptron's depthwise convolution
  PictureHeadConfig head;
  bool threeConvolutions = false;  // "3conv": a group ends with a bottleneck instead of one convolution
  bool mean = true;                // the mean colour of DIV2K is subtracted first
  bool bias = true;                // of the linear layers
  bool operator==(const AtdConfig&) const = default;
};

}  // namespace heirloom::models
