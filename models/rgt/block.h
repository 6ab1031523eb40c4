#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/convolution.h"
#include "models/common/crossed_windows.h"
#include "models/common/gated_perceptron.h"
#include "models/rgt/config.h"

namespace heirloom::models {

/// L-SA: x + proj(attention in crossed windows + depthwise convolution of the values).
class RgtLocalAttentionImpl : public Layer {
 public:
  /// `norm` is the block's norm1, registered there.
  RgtLocalAttentionImpl(const RgtConfig& config, bool shifted, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W F, any size
  void place(const Placement& placement) override;

 private:
  Linear qkv_, proj_;
  CrossedWindows windows_;  // attns
  Convolution get_v_;
};
TORCH_MODULE(RgtLocalAttention);

/// RG-SA: every pixel attends to a summary of the picture, made by one convolution that halves its sides twice, again
/// and again. x + proj(attention(norm(x))).
class RgtSummaryAttentionImpl : public torch::nn::Module {
 public:
  /// `norm` is the block's norm1, registered there.
  RgtSummaryAttentionImpl(const RgtConfig& config, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W at least 16

 private:
  int heads_;
  double scale_;
  LayerNorm norm_;
  Convolution reduction1_, dwconv_, conv_;
  LayerNorm summaryNorm_;  // norm_act.0
  Linear q_, k_, v_;
  Convolution cpe_;
  Linear proj_;
};
TORCH_MODULE(RgtSummaryAttention);

/// One of both attentions and a perceptron; its input comes again at the end, scaled by a learned vector.
class RgtBlockImpl : public torch::nn::Module {
 public:
  /// `group` and `index` decide between attention in windows, in shifted ones and to the summary.
  RgtBlockImpl(const RgtConfig& config, int group, int index);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  LayerNorm norm1_;
  RgtLocalAttention local_{nullptr};      // attn, where in windows
  RgtSummaryAttention summary_{nullptr};  // attn, elsewhere
  GatedPerceptron mlp_;
  at::Tensor gamma_;  // F
};
TORCH_MODULE(RgtBlock);

/// How often the summary's convolution is applied to a picture of this size: at least twice, and once more for every
/// four times that its longer side exceeds 256; never beyond one pixel.
int rgtReductions(std::int64_t height, std::int64_t width);

}  // namespace heirloom::models
