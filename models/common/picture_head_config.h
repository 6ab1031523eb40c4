#pragma once

namespace heirloom::models {

/// How features become the picture in SwinIR and the many networks that took over its ends.
enum class PictureHeadKind {
  Residual,            // "": the picture plus a convolution's result; denoising, compression artefacts
  PixelShuffle,        // "pixelshuffle": classical super-resolution
  PixelShuffleDirect,  // "pixelshuffledirect": lightweight super-resolution
  NearestConvolution   // "nearest+conv": real-world super-resolution, x4
};

struct PictureHeadConfig {
  PictureHeadKind kind = PictureHeadKind::PixelShuffle;
  int scale = 4;
  bool operator==(const PictureHeadConfig&) const = default;
};

}  // namespace heirloom::models
