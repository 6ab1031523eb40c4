#pragma once

#include <vector>

#include "models/common/picture_head_config.h"

namespace heirloom::models {

/// MambaIR (kair.md 2.1). Defaults: classical x4.
struct MambaIrConfig {
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int inner = 360;                               // channels that are scanned
  int states = 16;                               // a scanned channel
  int rank = 12;                                 // of the projection to a channel's step
  int compressed = 60;                           // channels inside a block's convolutions
  int squeezed = 6;                              // channels inside their attention
  PictureHeadConfig head;                        // PixelShuffleDirect: blocks have depthwise convolutions
  bool threeConvolutions = false;                // "3conv": a group ends with a bottleneck instead of one convolution
  bool operator==(const MambaIrConfig&) const = default;
};

}  // namespace heirloom::models
