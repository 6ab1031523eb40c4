#pragma once

#include <vector>

#include "models/hat/block.h"

namespace heirloom::models {

/// RHAG: hybrid blocks with alternating windows, one overlapping attention, a convolution, and a residual around all.
class HatGroupImpl : public torch::nn::Module {
 public:
  HatGroupImpl(const HatConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same

 private:
  std::vector<HatBlock> blocks_;
  OverlappingAttention overlap_attn_;
  Convolution conv_;
};
TORCH_MODULE(HatGroup);

/// Chen, Wang, Zhou, Qiao, Dong, "Activating More Pixels in Image Super-Resolution Transformer", CVPR 2023; reference
/// the authors' hat/archs/hat_arch.py.
class HatImpl : public torch::nn::Module {
 public:
  explicit HatImpl(const HatConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  HatConfig config_;
  Convolution conv_first_;
  LayerNorm embeddingNorm_;  // patch_embed.norm
  std::vector<HatGroup> layers_;
  LayerNorm norm_;
  Convolution conv_after_body_;
  PixelShuffleHead head_;
};
TORCH_MODULE(Hat);

}  // namespace heirloom::models
