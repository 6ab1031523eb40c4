#pragma once

namespace heirloom::models {

/// How FDAT makes the picture from its features.
enum class FdatEnd {
  Shuffle,        // "pixelshuffledirect", and "conv" where nothing is enlarged: a convolution and a pixel shuffle
  Shuffles,       // "pixelshuffle": several of them, with `middle` channels between
  Nearest,        // "nearest+conv": convolutions between doublings
  DySample,       // "dysample": the features are sampled where offsets say
  Transposed,     // "transpose+conv": transposed convolutions, then one on the picture
  PixelAttention  // "pa_up": doublings, behind which pixels are weighed
};

/// FDAT. Defaults: medium x4.
struct FdatConfig {
  int channels = 3;
  int features = 120;
  int groups = 4;
  int blocks = 6;  // of a group, spatial and channel ones in turns
  int heads = 4;
  int window = 8;
  int hidden = 240;     // of the perceptrons
  int reduced = 15;     // channels that channel weights are made from
  int unshuffle = 1;    // pixels of a side that are made channels first
  int enlargement = 4;  // of the end, from which `unshuffle` takes away
  FdatEnd end = FdatEnd::Transposed;
  int middle = 64;  // channels inside the end, where it has any of its own

  int scale() const { return enlargement / unshuffle; }
  bool operator==(const FdatConfig&) const = default;
};

}  // namespace heirloom::models
