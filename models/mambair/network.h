#pragma once

#include <vector>

#include "models/common/picture_head.h"
#include "models/mambair/block.h"
#include "models/swinir/network.h"

namespace heirloom::models {

/// RSSG: blocks, a convolution or three, and a residual around all.
class MambaIrGroupImpl : public torch::nn::Module {
 public:
  MambaIrGroupImpl(const MambaIrConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same

 private:
  std::vector<MambaIrBlock> blocks_;
  SwinEnding conv_;
};
TORCH_MODULE(MambaIrGroup);

/// Guo, Li, Dai, Ouyang, Ren, Xia, "MambaIR: A Simple Baseline for Image Restoration with State-Space Model", ECCV
/// 2024; reference the authors' basicsr/archs/mambair_arch.py.
class MambaIrImpl : public torch::nn::Module {
 public:
  explicit MambaIrImpl(const MambaIrConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  MambaIrConfig config_;
  Convolution conv_first_;
  LayerNorm embeddingNorm_;  // patch_embed.norm
  std::vector<MambaIrGroup> layers_;
  LayerNorm norm_;
  SwinEnding conv_after_body_;
  PictureHead head_;
};
TORCH_MODULE(MambaIr);

}  // namespace heirloom::models
