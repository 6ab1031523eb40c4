#pragma once

#include <memory>

#include "models/sdxl/low_rank.h"
#include "models/sdxl/pass.h"

namespace heirloom::models {

/// N L C to N H L D and back.
at::Tensor splitHeads(const at::Tensor& tokens, std::int64_t heads);
at::Tensor joinHeads(const at::Tensor& tokens);

/// Tokens look at each other: to_out(softmax(q k / sqrt(D)) v), of normalised tokens.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  /// `norm` belongs to the owner and is applied first.
  SelfAttentionImpl(int width, int heads, const LayerNorm& norm);
  /// `x`: N L C, before its norm. Returns the result, plus `residual` if given.
  at::Tensor forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual = {});

 private:
  int heads_;
  AdaptableLinear to_q_, to_k_, to_v_, to_out_;
};
TORCH_MODULE(SelfAttention);

/// What the queries of a cross-attention see beside the text. Adds to its result before the last layer.
class AttentionBranch {
 public:
  virtual ~AttentionBranch() = default;
  /// `queries`: N H L D. Returns the same shape.
  virtual at::Tensor attend(const at::Tensor& queries, const Pass& pass) = 0;
};

/// Tokens look at the text and, where a branch was set, at what that one knows.
class CrossAttentionImpl : public torch::nn::Module {
 public:
  CrossAttentionImpl(int width, int heads, int textWidth, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual = {});

  void setBranch(std::shared_ptr<AttentionBranch> branch) { branch_ = std::move(branch); }
  int heads() const { return heads_; }
  int width() const { return width_; }
  /// For the start of a branch's training.
  const Linear& textKeys() const { return to_k_; }
  const Linear& textValues() const { return to_v_; }

 private:
  int heads_, width_;
  AdaptableLinear to_q_;
  Linear to_k_, to_v_;
  AdaptableLinear to_out_;
  std::shared_ptr<AttentionBranch> branch_;
};
TORCH_MODULE(CrossAttention);

}  // namespace heirloom::models
