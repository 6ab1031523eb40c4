#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/crossed_windows.h"
#include "models/common/gated_convolutions.h"
#include "models/craft/config.h"

namespace heirloom::models {

/// SRWAB: attention in windows that lie and stand, values convolved depthwise beside it; then a perceptron.
class CraftWindowBlockImpl : public Layer {
 public:
  /// `shifted`: by half a window, cyclically; what comes together from opposite borders stays together.
  CraftWindowBlockImpl(const CraftConfig& config, bool shifted);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the window's longer side
  void place(const Placement& placement) override;

 private:
  LayerNorm norm1_;
  Linear qkv_, proj_;
  Convolution get_v_;
  CrossedWindows windows_;  // attns
  LayerNorm norm2_;
  Linear fc1_, fc2_;  // mlp
};
TORCH_MODULE(CraftWindowBlock);

/// HFERB: one half of the channels is convolved, of the other the largest neighbours are taken.
class CraftRefinementImpl : public torch::nn::Module {
 public:
  explicit CraftRefinementImpl(int features);
  at::Tensor forward(const at::Tensor& x);  // N F H W

 private:
  Convolution conv_, fc_, last_fc_;
};
TORCH_MODULE(CraftRefinement);

/// HFB: attention between channels in which the high frequencies ask what windows have found; then a perceptron.
class CraftFusionImpl : public torch::nn::Module {
 public:
  explicit CraftFusionImpl(const CraftConfig& config);
  at::Tensor forward(const at::Tensor& low, const at::Tensor& high);  // N F H W

 private:
  int heads_;
  LayerNorm norm1_, norm2_;
  at::Tensor temperature_;  // attn: heads 1 1
  Convolution q_, q_dwconv_, kv_, kv_dwconv_, project_out_;
  GatedConvolutions ffn_;
};
TORCH_MODULE(CraftFusion);

}  // namespace heirloom::models
