#pragma once

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "models/common/linear.h"
#include "models/kernels/window_attention/window_block.h"

namespace heirloom::models {

/// What a block's parts share.
struct SwinBlockConfig {
  int features = 180;
  int heads = 6;
  int hidden = 360;
  int window = 8;
  int shift = 0;
};

/// W-MSA or SW-MSA between its two linear layers, norm and residual included: x + proj(attention(qkv(norm1(x)))).
class SwinAttentionImpl : public Layer {
 public:
  /// `norm` is the block's norm1, registered there.
  SwinAttentionImpl(const SwinBlockConfig& config, const LayerNorm& norm);

  at::Tensor forward(const at::Tensor& x);  // N H W C, H and W multiples of the window
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // the table by pairs of tokens: heads, window^2, window^2

  WindowAttentionShape shape_;
  double scale_;
  Linear qkv_, proj_;
  at::Tensor relative_position_bias_table_;  // (2 window - 1)^2, heads
  at::Tensor relative_position_index_;       // window^2, window^2
  at::Tensor bias_;                          // gathered, once placed
  at::Tensor scales_;                        // the scale for every head, once placed
};
TORCH_MODULE(SwinAttention);

/// One Swin transformer layer on tokens N H W C.
class SwinBlockImpl : public torch::nn::Module {
 public:
  explicit SwinBlockImpl(const SwinBlockConfig& config);
  at::Tensor forward(const at::Tensor& x);

 private:
  LayerNorm norm1_;
  SwinAttention attn_;
  LayerNorm norm2_;
  Linear fc1_, fc2_;
};
TORCH_MODULE(SwinBlock);

/// Row (dy + w - 1)(2w - 1) + (dx + w - 1) of the table for every pair of tokens: int64 window^2, window^2.
at::Tensor relativePositionIndex(int window);

}  // namespace heirloom::models
