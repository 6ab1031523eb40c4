#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/batch_norm.h"
#include "models/common/convolution.h"
#include "models/common/crossed_windows.h"
#include "models/common/linear.h"
#include "models/dat/config.h"

namespace heirloom::models {

/// Adaptive interaction: a branch of attention and one of convolution weigh each other, one by channels, one by pixels.
class DatInteraction {
 public:
  DatInteraction(torch::nn::Module& owner, int features);
  at::Tensor convolved(const at::Tensor& values);       // N C H W -> the same
  at::Tensor channelWeights(const at::Tensor& branch);  // N C 1 1
  at::Tensor pixelWeights(const at::Tensor& branch);    // N 1 H W

 private:
  Convolution dwconv_;
  BatchNorm dwconvNorm_;
  Convolution channelSqueeze_;
  BatchNorm channelNorm_;
  Convolution channelExcite_;
  Convolution pixelSqueeze_;
  BatchNorm pixelNorm_;
  Convolution pixelExcite_;
};

/// Both kinds of attention between qkv and proj: x + proj(attention(qkv(norm1(x)))).
class DatAttentionImpl : public Layer {
 public:
  /// `spatial`: in windows, shifted if `shifted`; otherwise between channels. `norm` is the block's norm1.
  DatAttentionImpl(const DatConfig& config, bool spatial, bool shifted, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W C, any size
  void place(const Placement& placement) override;

 private:
  DatConfig config_;
  bool spatial_;
  Linear qkv_, proj_;
  CrossedWindows windows_;  // attns; spatial
  DatInteraction interaction_;
  at::Tensor temperature_;  // heads 1 1; between channels
};
TORCH_MODULE(DatAttention);

}  // namespace heirloom::models
