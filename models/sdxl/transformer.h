#pragma once

#include <vector>

#include "models/common/group_norm.h"
#include "models/sdxl/attention.h"

namespace heirloom::models {

/// Widens, lets one half gate the other, narrows: net.2(a * GELU(b)) with (a, b) = net.0.proj(x).
class GatedFeedForwardImpl : public torch::nn::Module {
 public:
  GatedFeedForwardImpl(int width, const LayerNorm& norm);
  /// As the attentions: `x` before its norm, plus `residual` if given.
  at::Tensor forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual = {});

 private:
  AdaptableLinear proj_, out_;
};
TORCH_MODULE(GatedFeedForward);

/// Self-attention, cross-attention (not with `textWidth` 0) and feed-forward, each added to its input.
class TransformerBlockImpl : public torch::nn::Module {
 public:
  TransformerBlockImpl(int width, int heads, int textWidth);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);

  LayerNorm norm1{nullptr};
  SelfAttention attn1{nullptr};
  LayerNorm norm2{nullptr};
  CrossAttention attn2{nullptr};
  LayerNorm norm3{nullptr};
  GatedFeedForward ff{nullptr};

 private:
  at::Tensor computed(at::Tensor x, const Pass& pass);
};
TORCH_MODULE(TransformerBlock);

/// Transformer blocks over the pixels of a map, N C H W to the same, added to it.
class MapTransformerImpl : public torch::nn::Module {
 public:
  MapTransformerImpl(int width, int heads, int depth, int textWidth, int groups);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);

  /// What the first block sees: N HW C.
  at::Tensor tokens(const at::Tensor& x, const Pass& pass);

  std::vector<TransformerBlock> blocks;

 private:
  GroupNorm norm_;
  AdaptableLinear proj_in_, proj_out_;
};
TORCH_MODULE(MapTransformer);

}  // namespace heirloom::models
