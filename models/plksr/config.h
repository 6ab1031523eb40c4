#pragma once

namespace heirloom::models {

/// PLKSR and RealPLKSR. Defaults: PLKSR x4.
struct PlksrConfig {
  int channels = 3;
  int features = 64;
  int blocks = 28;
  int scale = 4;
  int kernel = 17;     // the large one
  int partial = 16;    // channels that it sees
  int mixerFirst = 3;  // kernels of the two convolutions that mix channels
  int mixerSecond = 1;
  bool attention = true;   // element-wise
  bool real = false;       // RealPLKSR: Mish instead of GELU, a norm in each block
  bool layerNorm = false;  // RealPLKSR: before the block, instead of a group norm behind it
  bool dySample = false;   // RealPLKSR: the picture is sampled from the features
  bool operator==(const PlksrConfig&) const = default;
};

}  // namespace heirloom::models
