#pragma once

#include <vector>

#include "models/common/picture_head.h"
#include "models/grl/attention.h"
#include "models/swinir/network.h"

namespace heirloom::models {

/// Attention and, in the base networks, two convolutions with channel attention beside it; then a perceptron. Norms
/// stand behind the branches.
class GrlBlockImpl : public torch::nn::Module {
 public:
  GrlBlockImpl(const GrlConfig& config, int index);
  at::Tensor forward(const at::Tensor& x);  // N H W F
  void use(const GrlWindows& windows) { attn_->use(windows); }

 private:
  GrlAttention attn_;
  LayerNorm norm1_;
  Convolution compress_{nullptr}, expand_{nullptr};  // conv.cab.0, .2
  ChannelAttention attention_;                       // conv.cab.3
  Linear fc1_, fc2_;
  LayerNorm norm2_;
};
TORCH_MODULE(GrlBlock);

/// Blocks, a convolution or three, and a residual around all.
class GrlStageImpl : public torch::nn::Module {
 public:
  GrlStageImpl(const GrlConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same
  void use(const GrlWindows& windows);

 private:
  std::vector<GrlBlock> blocks_;
  SwinEnding conv_;
};
TORCH_MODULE(GrlStage);

/// Li, Fan, Xiang, Demandolx, Ranjan, Timofte, Van Gool, "Efficient and Explicit Modelling of Image Hierarchies for
/// Image Restoration", CVPR 2023; reference the authors' models/networks/grl.py.
class GrlImpl : public torch::nn::Module {
 public:
  explicit GrlImpl(const GrlConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1, which a dual-pixel network sees twice; `level`: 1 1 1 1,
  /// undefined unless the network takes one. Result float32 N C H*scale W*scale. Asks `observer` between blocks and
  /// throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& level, Observer* observer = nullptr);
  /// Other windows and stripes from now on.
  void use(const GrlWindows& windows);

 private:
  GrlConfig config_;
  Convolution conv_first_;
  LayerNorm norm_start_, norm_end_;
  std::vector<GrlStage> layers_;
  SwinEnding conv_after_body_;
  PictureHead head_;
};
TORCH_MODULE(Grl);

}  // namespace heirloom::models
