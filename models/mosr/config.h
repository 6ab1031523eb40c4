#pragma once

namespace heirloom::models {

/// How MoSR makes the picture from its features.
enum class MosrEnd {
  Shuffle,   // "ps": a convolution and a pixel shuffle
  Ensemble,  // "gps": the mean of eight such convolutions
  DySample   // "dys": the features are sampled where offsets say
};

/// MoSR. Defaults: x4.
struct MosrConfig {
  static constexpr int kEnsemble = 8;  // pictures that are averaged
  int channels = 3;
  int features = 64;
  int blocks = 24;
  int hidden = 96;     // of a block
  int convolved = 64;  // of these, seen by the depthwise convolution
  int kernel = 7;      // of that
  int scale = 4;
  MosrEnd end = MosrEnd::Shuffle;
  bool operator==(const MosrConfig&) const = default;
};

}  // namespace heirloom::models
