#pragma once

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
  bool second = false;  // Swin V2: cosine similarity, a network for the bias, norms behind the branches
};

/// W-MSA or SW-MSA between its two linear layers: x + proj(attention(qkv(norm1(x)))), or of Swin V2
/// proj(attention(qkv(x))) alone.
class SwinAttentionImpl : public Layer {
 public:
  /// `norm` is the block's norm1, registered there; of Swin V2 it stays outside.
  SwinAttentionImpl(const SwinBlockConfig& config, const LayerNorm& norm);

  at::Tensor forward(const at::Tensor& x);  // N H W C, H and W multiples of the window
  void place(const Placement& placement) override;

 private:
  at::Tensor table() const;     // (2 window - 1)^2, heads
  at::Tensor gathered() const;  // the table by pairs of tokens: heads, window^2, window^2
  at::Tensor scales() const;    // one a head
  void joinBiases();            // Swin V2: keys have none

  WindowAttentionShape shape_;
  bool second_;
  double scale_;
  Linear qkv_, proj_;
  at::Tensor relative_position_index_;       // window^2, window^2
  at::Tensor relative_position_bias_table_;  // SwinIR only
  at::Tensor relative_coords_table_;         // the rest Swin2SR only: 1, 2 window - 1, 2 window - 1, 2
  at::Tensor logit_scale_;                   // heads, 1, 1
  at::Tensor q_bias_, v_bias_;
  Linear cpb0_{nullptr}, cpb2_{nullptr};
  at::Tensor bias_;    // gathered, once placed
  at::Tensor biases_;  // with the masks, once placed on a GPU
  at::Tensor scales_;  // once placed
};
TORCH_MODULE(SwinAttention);

/// One Swin transformer layer on tokens N H W C.
class SwinBlockImpl : public torch::nn::Module {
 public:
  explicit SwinBlockImpl(const SwinBlockConfig& config);
  at::Tensor forward(const at::Tensor& x);

 private:
  bool second_;
  LayerNorm norm1_;
  SwinAttention attn_;
  LayerNorm norm2_;
  Linear fc1_, fc2_;
};
TORCH_MODULE(SwinBlock);

/// Row (dy + w - 1)(2w - 1) + (dx + w - 1) of the table for every pair of tokens: int64 window^2, window^2.
at::Tensor relativePositionIndex(int window);

}  // namespace heirloom::models
