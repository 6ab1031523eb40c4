#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// A linear map from latents to colours, fitted by least squares to one photo and its own latent: what a latent looks
/// like within milliseconds, without the autoencoder.
class LatentPreview {
 public:
  /// `latent`: N Z h w, `picture`: N 3 H W in 0..1 with H and W multiples of h and w. On any device; a photo of one
  /// colour is fitted by that colour.
  LatentPreview(const at::Tensor& latent, const at::Tensor& picture);

  /// `latent`: N Z h w of any size, to a picture N 3 h w in 0..1 in float32 on its device.
  at::Tensor picture(const at::Tensor& latent) const;

 private:
  at::Tensor weights_;  // 3 Z, float32
  at::Tensor offset_;   // 3
};

}  // namespace heirloom::models
