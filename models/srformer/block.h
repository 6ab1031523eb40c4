#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/convolution_perceptron.h"
#include "models/srformer/config.h"

namespace heirloom::models {

/// PSA: all tokens of a window attend to a quarter as many, each of which holds four neighbours with a quarter of the
/// channels. x + proj(attention(norm(x))).
class PermutedAttentionImpl : public Layer {
 public:
  /// `norm` is the block's norm1, registered there; `shift`: how far down and right the windows start, cyclically.
  PermutedAttentionImpl(const SrFormerConfig& config, int shift, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the window
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // float32 heads, window^2, window^2 / 4

  int window_, shift_, heads_;
  double scale_;
  at::Tensor relative_position_bias_table_;  // (window - 1)^2, heads
  at::Tensor index_;                         // aligned_relative_position_index: window^2, window^2 / 4
  Linear kv_, q_, proj_;
  at::Tensor bias_;  // gathered, once placed
};
TORCH_MODULE(PermutedAttention);

/// PSA block: attention and a perceptron with a depthwise convolution.
class SrFormerBlockImpl : public torch::nn::Module {
 public:
  SrFormerBlockImpl(const SrFormerConfig& config, int shift);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  LayerNorm norm1_;
  PermutedAttention attn_;
  LayerNorm norm2_;
  ConvolutionPerceptron mlp_;
};
TORCH_MODULE(SrFormerBlock);

/// Row of the table for every token of a window and every token of the permuted one: int64 window^2, window^2 / 4. A
/// permuted token stands where its four pixels stand.
at::Tensor permutedPositionIndex(int window);

}  // namespace heirloom::models
