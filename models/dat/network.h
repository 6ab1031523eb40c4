#pragma once

#include "models/common/gated_perceptron.h"
#include "models/common/super_resolution.h"
#include "models/dat/attention.h"
#include "models/swinir/token_body.h"

namespace heirloom::models {

/// DSTB or DCTB: attention and a perceptron in which one half of the channels gates the other.
class DatBlockImpl : public torch::nn::Module {
 public:
  /// `group` and `index` decide between attention in windows, in shifted ones and between channels.
  DatBlockImpl(const DatConfig& config, int group, int index);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  LayerNorm norm1_;
  DatAttention attn_;
  LayerNorm norm2_;
  GatedPerceptron ffn_;
};
TORCH_MODULE(DatBlock);

/// Chen, Zhang, Gu, Kong, Yang, Yu, "Dual Aggregation Transformer for Image Super-Resolution", ICCV 2023; reference the
/// authors' basicsr/archs/dat_arch.py.
class DatImpl : public torch::nn::Module {
 public:
  explicit DatImpl(const DatConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  DatConfig config_;
  TokenBody<TokenGroup<DatBlock>> body_;
  PixelShuffleHead head_;
  Convolution upsample_{nullptr};  // instead of the head where direct
};
TORCH_MODULE(Dat);

}  // namespace heirloom::models
