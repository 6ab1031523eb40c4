#pragma once

#include <torch/nn/pimpl.h>

#include "models/atd/config.h"
#include "models/common/linear.h"

namespace heirloom::models {

/// attn_win: windows as of Swin, between a block's wqkv and a linear layer of its own.
class AtdWindowAttentionImpl : public Layer {
 public:
  AtdWindowAttentionImpl(const AtdConfig& config, int shift);
  /// `qkv`: N H W 3F, H and W multiples of the window. Returns residual + what the windows saw, N H W F.
  at::Tensor forward(const at::Tensor& qkv, const at::Tensor& residual);
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // float32 heads, window^2, window^2

  int window_, shift_, heads_;
  double scale_;
  at::Tensor relative_position_bias_table_;  // (2 window - 1)^2, heads
  Linear proj_;
  at::Tensor bias_;  // gathered, once placed
  bool fused_ = false;
};
TORCH_MODULE(AtdWindowAttention);

/// attn_atd: every pixel attends to the tokens of the dictionary, by the angle between few channels of both.
class AtdDictionaryAttentionImpl : public torch::nn::Module {
 public:
  explicit AtdDictionaryAttentionImpl(const AtdConfig& config);

  struct Result {
    at::Tensor seen;          // N L F
    at::Tensor similarities;  // float32 N L T, sums of 1 over the tokens
  };
  /// `x`: N L F, normalised; `dictionary`: float32 N T F.
  Result forward(const at::Tensor& x, const at::Tensor& dictionary);

 private:
  at::Tensor scale_;  // T
  Linear wq_, wk_, wv_;
};
TORCH_MODULE(AtdDictionaryAttention);

/// attn_aca: pixels in the order of the tokens that they resemble most, cut into groups of one size that attend to each
/// other.
class AtdCategoryAttentionImpl : public torch::nn::Module {
 public:
  explicit AtdCategoryAttentionImpl(const AtdConfig& config);
  /// `qkv`: N L 3F, `similarities`: N L T. Returns residual + what the groups saw, N L F.
  at::Tensor forward(const at::Tensor& qkv, const at::Tensor& similarities, const at::Tensor& residual);

 private:
  int heads_, category_;
  at::Tensor logit_scale_;  // 1 1
  Linear proj_;
};
TORCH_MODULE(AtdCategoryAttention);

}  // namespace heirloom::models
