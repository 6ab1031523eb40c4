#pragma once

#include "models/common/picture_head.h"
#include "models/srformer/block.h"
#include "models/swinir/token_body.h"

namespace heirloom::models {

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
  TokenBody<TokenGroup<SrFormerBlock>> body_;
  PictureHead head_;
};
TORCH_MODULE(SrFormer);

}  // namespace heirloom::models
