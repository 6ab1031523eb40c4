#pragma once

namespace heirloom::models {

/// How MoESR makes the picture from its features.
enum class MoesrEnd {
  Convolution,    // "conv": the same size
  ShuffleDirect,  // "pixelshuffledirect": one convolution and a pixel shuffle
  Shuffle,        // "pixelshuffle": by stages, between convolutions
  Nearest,        // "nearest+conv"
  DySample        // "dysample": the features are sampled where offsets say
};

/// MoESR. Defaults: 4x_DF2K_MoESR_500k.
struct MoesrConfig {
  int channels = 3;
  int features = 64;
  int groups = 9;
  int blocks = 4;        // of a group, before the three on half the size
  int hidden = 170;      // of a block
  int hiddenBelow = 96;  // of one on half the size
  int scale = 4;
  MoesrEnd end = MoesrEnd::ShuffleDirect;
  int middle = 64;  // features between the stages of Shuffle
  bool operator==(const MoesrConfig&) const = default;
};

}  // namespace heirloom::models
