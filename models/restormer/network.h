#pragma once

#include "models/common/gated_convolutions.h"
#include "models/common/layer_norm.h"
#include "models/common/restormer_u.h"
#include "models/common/transposed_attention.h"
#include "models/restormer/config.h"

namespace heirloom::models {

/// x / sqrt(variance + epsilon) * weight over the last dimension: the variance is about the mean, the numerator is not.
class BiasFreeNormImpl : public Layer {
 public:
  explicit BiasFreeNormImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  at::Tensor weight_;
};
TORCH_MODULE(BiasFreeNorm);

/// Attention between channels, and a gated perceptron, both with depthwise convolutions.
class RestormerBlockImpl : public torch::nn::Module {
 public:
  RestormerBlockImpl(const RestormerConfig& config, int features, int heads);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  /// One of the two kinds, registered as NAME.body.
  struct Norm {
    LayerNorm withBias{nullptr};
    BiasFreeNorm withoutBias{nullptr};
    at::Tensor forward(const at::Tensor& x);  // N C H W
  };
  Norm norm(const RestormerConfig& config, const char* name, int features);

  Norm norm1_, norm2_;
  TransposedAttention attn_;
  GatedConvolutions ffn_;
};
TORCH_MODULE(RestormerBlock);

/// Zamir, Arora, Khan, Hayat, Khan, Yang, "Restormer: Efficient Transformer for High-Resolution Image Restoration",
/// CVPR 2022; reference the authors' basicsr/models/archs/restormer_arch.py.
class RestormerNetImpl : public torch::nn::Module {
 public:
  explicit RestormerNetImpl(const RestormerConfig& config);
  /// N C H W in 0..1 to N channels H W; a dual-pixel network that gets one view of three channels sees it twice.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RestormerConfig config_;
  RestormerU<RestormerBlock> u_;
  Convolution skip_conv_{nullptr};  // dual pixel
};
TORCH_MODULE(RestormerNet);

}  // namespace heirloom::models
