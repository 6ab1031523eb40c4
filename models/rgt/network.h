#pragma once

#include "models/common/super_resolution.h"
#include "models/rgt/block.h"
#include "models/swinir/token_body.h"

namespace heirloom::models {

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
  TokenBody<TokenGroup<RgtBlock>> body_;
  PixelShuffleHead head_;
};
TORCH_MODULE(Rgt);

}  // namespace heirloom::models
