#pragma once

#include "models/common/picture_head.h"
#include "models/mambair/block.h"
#include "models/swinir/token_body.h"

namespace heirloom::models {

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
  TokenBody<TokenGroup<MambaIrBlock>> body_;
  PictureHead head_;
};
TORCH_MODULE(MambaIr);

}  // namespace heirloom::models
