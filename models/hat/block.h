#pragma once

#include "models/common/super_resolution.h"
#include "models/hat/config.h"
#include "models/swinir/block.h"

namespace heirloom::models {

/// HAB: attention in windows and, beside it on the same normalised tokens, two convolutions with channel attention.
class HatBlockImpl : public torch::nn::Module {
 public:
  HatBlockImpl(const HatConfig& config, int shift);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the window

 private:
  LayerNorm norm1_;
  SwinAttention attn_;
  Convolution compress_, expand_;  // conv_block.cab.0, .2
  ChannelAttention attention_;     // conv_block.cab.3
  LayerNorm norm2_;
  Linear fc1_, fc2_;
};
TORCH_MODULE(HatBlock);

/// OCAB: queries of a window attend to the keys of a larger one around it.
class OverlappingAttentionImpl : public Layer {
 public:
  explicit OverlappingAttentionImpl(const HatConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N H W F
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // float32 heads, window^2, keyWindow^2

  int window_, keyWindow_, heads_;
  double scale_;
  LayerNorm norm1_;
  Linear qkv_;
  at::Tensor relative_position_bias_table_;  // (window + keyWindow - 1)^2, heads
  Linear proj_;
  LayerNorm norm2_;
  Linear fc1_, fc2_;
  at::Tensor bias_;     // gathered, once placed
  bool fused_ = false;  // once placed, unless by ordinary operations
};
TORCH_MODULE(OverlappingAttention);

/// Row of OCAB's table for every pair of a query of the window and a key of the window around it: int64 window^2,
/// keyWindow^2.
at::Tensor overlappingPositionIndex(int window, int keyWindow);

}  // namespace heirloom::models
