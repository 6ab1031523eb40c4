#pragma once

#include <optional>

#include "models/common/picture_head_config.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {

/// What the names and shapes of a file say of its head, for pictures of `channels`; empty when its layers make no whole
/// enlargement.
std::optional<PictureHeadConfig> readPictureHead(const StateDict& tensors, int channels);

/// The layers of a head under their names in files: "conv_before_upsample.0", "upsample", "conv_up1", "conv_up2",
/// "conv_hr", "conv_last", as the kind has them.
class PictureHead {
 public:
  PictureHead() = default;
  /// Registers its layers in `owner`.
  PictureHead(torch::nn::Module& owner, const PictureHeadConfig& config, int features, int channels);

  /// `deep`: N F H W, `shown`: float32 N C H W, what the residual kind adds to. Returns float32 N C H*scale W*scale.
  at::Tensor forward(const at::Tensor& deep, const at::Tensor& shown);

  static double macsPerPixel(const PictureHeadConfig& config, int features, int channels);

 private:
  PictureHeadConfig config_;
  PixelShuffleHead shuffle_;
  Convolution direct_{nullptr};  // upsample.0
  Convolution before_{nullptr}, up1_{nullptr}, up2_{nullptr}, hr_{nullptr};
  Convolution last_{nullptr};
};

}  // namespace heirloom::models
