#pragma once

#include <vector>

#include "models/common/super_resolution.h"
#include "models/rgt/block.h"
#include "models/swinir/network.h"

namespace heirloom::models {

/// Blocks, a convolution or three, and a residual around all.
class RgtGroupImpl : public torch::nn::Module {
 public:
  RgtGroupImpl(const RgtConfig& config, int group);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same

 private:
  std::vector<RgtBlock> blocks_;
  SwinEnding conv_;
};
TORCH_MODULE(RgtGroup);

/// Chen, Zhang, Gu, Kong, Yang, "Recursive Generalization Transformer for Image Super-Resolution", ICLR 2024; reference
/// the authors' basicsr/archs/rgt_arch.py.
class RgtImpl : public torch::nn::Module {
 public:
  explicit RgtImpl(const RgtConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RgtConfig config_;
  Convolution conv_first_;
  LayerNorm beforeGroups_;  // before_RG.1
  std::vector<RgtGroup> layers_;
  LayerNorm norm_;
  SwinEnding conv_after_body_;
  PixelShuffleHead head_;
};
TORCH_MODULE(Rgt);

}  // namespace heirloom::models
