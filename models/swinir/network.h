#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/swinir/block.h"
#include "models/swinir/config.h"

namespace heirloom::models {

/// What ends a group and the body: one convolution ("conv"), or a bottleneck of three ("conv.0", "conv.2", "conv.4").
class SwinEnding {
 public:
  SwinEnding() = default;
  SwinEnding(torch::nn::Module& owner, const std::string& name, const SwinIrConfig& config);
  /// The result plus `residual`, which stays as it is.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);
  at::Tensor forward(const at::Tensor& x);
  at::ScalarType precision() const { return convolutions_.front()->precision(); }

 private:
  std::vector<Convolution> convolutions_;
};

/// RSTB: blocks with alternating windows, a convolution (of Swin2SR and a 1x1 one), and a residual around all.
class SwinGroupImpl : public torch::nn::Module {
 public:
  SwinGroupImpl(const SwinIrConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same
  at::ScalarType precision() const { return conv_.precision(); }

 private:
  std::vector<SwinBlock> blocks_;
  SwinEnding conv_;
  Convolution projection_{nullptr};  // patch_embed.proj, Swin2SR only
};
TORCH_MODULE(SwinGroup);

/// SwinIR: Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCV workshops 2021; reference KAIR
/// models/network_swinir.py. Swin2SR: Conde et al., "Swin2SR: SwinV2 Transformer for Compressed Image Super-Resolution
/// and Restoration", ECCV workshops 2022; reference the authors' models/network_swin2sr.py.
class SwinIrImpl : public torch::nn::Module {
 public:
  explicit SwinIrImpl(const SwinIrConfig& config);

  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  at::Tensor deepFeatures(const at::Tensor& shallow, Observer* observer);  // N F H W -> N F H W, channels-last
  at::Tensor shuffled(at::Tensor features);  // N 64 H W -> N 64 H*enlargement W*enlargement
  at::Tensor nearest(at::Tensor features);
  at::Tensor beside(const at::Tensor& features, const at::Tensor& padded, const at::Tensor& image);

  SwinIrConfig config_;
  Convolution conv_first_;
  Convolution embedding_{nullptr};  // patch_embed.proj, Swin2SR only
  LayerNorm embeddingNorm_;         // patch_embed.norm
  std::vector<SwinGroup> layers_;
  LayerNorm norm_;
  SwinEnding conv_after_body_;
  Convolution conv_before_upsample_{nullptr};
  std::vector<Convolution> upsample_;
  Convolution conv_up1_{nullptr}, conv_up2_{nullptr}, conv_up3_{nullptr}, conv_hr_{nullptr};
  Convolution conv_bicubic_{nullptr}, conv_aux_{nullptr}, conv_after_aux_{nullptr};
  Convolution conv_last_{nullptr};
};
TORCH_MODULE(SwinIr);

}  // namespace heirloom::models
