#pragma once

#include <vector>

namespace heirloom::models {

/// SwinIR's ends: how features become the picture.
enum class SwinIrHead {
  Residual,            // "": the picture plus a convolution's result; denoising, deblocking
  PixelShuffle,        // "pixelshuffle": classical super-resolution
  PixelShuffleDirect,  // "pixelshuffledirect": lightweight super-resolution
  NearestConvolution,  // "nearest+conv": real-world super-resolution, x2, x4 or x8
  Auxiliary            // "pixelshuffle_aux": Swin2SR for compressed pictures, beside a bicubic enlargement
};

/// Default: SwinIR-M for classical super-resolution x4 (kair.md 1.11).
struct SwinIrConfig {
  static constexpr int kHeadFeatures = 64;  // between the body and the picture
  int channels = 3;
  int features = 180;
  std::vector<int> depths = {6, 6, 6, 6, 6, 6};  // blocks a group
  int heads = 6;
  int hidden = 360;  // of a block's perceptron
  int window = 8;
  int scale = 4;
  SwinIrHead head = SwinIrHead::PixelShuffle;
  bool threeConvolutions = false;  // "3conv": a group ends with a bottleneck instead of one convolution
  bool shifts = true;              // odd blocks shift by window / 2; not if trained on pictures of one window
  bool second = false;             // Swin2SR: Swin V2's blocks
  double range = 1;                // the network's own scale: 255 for compression artefacts
  int unshuffle = 1;               // pixels of a side that are made channels first

  /// Of the end, from which `unshuffle` takes away.
  int enlargement() const { return scale * unshuffle; }
  bool operator==(const SwinIrConfig&) const = default;
};

/// What `SwinEnding` needs, of the configuration of another family.
template <class Config>
SwinIrConfig swinEndingOf(const Config& config) {
  return {.features = config.features, .threeConvolutions = config.threeConvolutions};
}

}  // namespace heirloom::models
