#pragma once

#include <vector>

#include "models/sdxl/unet.h"

namespace heirloom::models {

/// Modulates one map by another and closes with a 1x1 convolution that training starts at zero: spatial feature
/// transform (Wang et al. 2018).
class FeatureTransformImpl : public torch::nn::Module {
 public:
  explicit FeatureTransformImpl(int channels);
  /// `modulated` (1 + mul(a)) + add(a) with a of `condition`, both N C H W.
  at::Tensor forward(const at::Tensor& condition, const at::Tensor& modulated);

 private:
  Convolution shared_, mul_, add_, out_;
};
TORCH_MODULE(FeatureTransform);

/// InstantIR's aggregator: the way down of a UNet without text over the degraded picture's latent on top of the
/// preview's, one tall map, so that attention compares them; what it finds of the one modulates the other
/// (instantir.md 2.11).
class AggregatorImpl : public torch::nn::Module {
 public:
  explicit AggregatorImpl(const UNetConfig& config);

  at::Tensor embeddings(const at::Tensor& steps, const at::Tensor& pooled, const at::Tensor& sizes) {
    return conditions_.embeddings(steps, pooled, sizes);
  }

  /// `degraded` and `preview`: float32 N 4 h w. `pass`: with embeddings of this network's own. Returns what is added to
  /// the UNet's skips and middle.
  Residuals forward(const at::Tensor& degraded, const at::Tensor& preview, const Pass& pass);

 private:
  Convolution conv_in_, ref_conv_in_;
  Conditions conditions_;
  std::vector<DownBlock> down_;
  MidBlock mid_{nullptr};
  std::vector<FeatureTransform> heads_;
  FeatureTransform midHead_{nullptr};
};
TORCH_MODULE(Aggregator);

}  // namespace heirloom::models
