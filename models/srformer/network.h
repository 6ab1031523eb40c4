#pragma once

#include <vector>

#include "models/common/picture_head.h"
#include "models/srformer/block.h"
#include "models/swinir/network.h"

namespace heirloom::models {

/// Blocks with alternating windows, a convolution or three, and a residual around all.
class SrFormerGroupImpl : public torch::nn::Module {
 public:
  SrFormerGroupImpl(const SrFormerConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same

 private:
  std::vector<SrFormerBlock> blocks_;
  SwinEnding conv_;
};
TORCH_MODULE(SrFormerGroup);

/// Zhou, Li, Guo, Bai, Cheng, Hou, "SRFormer: Permuted Self-Attention for Single Image Super-Resolution", ICCV 2023;
/// reference the authors' basicsr/archs/srformer_arch.py.
class SrFormerImpl : public torch::nn::Module {
 public:
  explicit SrFormerImpl(const SrFormerConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  SrFormerConfig config_;
  Convolution conv_first_;
  LayerNorm embeddingNorm_;  // patch_embed.norm
  std::vector<SrFormerGroup> layers_;
  LayerNorm norm_;
  SwinEnding conv_after_body_;
  PictureHead head_;
};
TORCH_MODULE(SrFormer);

}  // namespace heirloom::models
