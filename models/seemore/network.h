#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/seemore/config.h"

namespace heirloom::models {

/// A depthwise convolution along the rows, then one along the columns: "conv.0" [C, 1, 1, k], "conv.1" [C, 1, k, 1].
class StripedConvolutionImpl : public Layer {
 public:
  StripedConvolutionImpl(int features, int kernel);
  at::Tensor forward(const at::Tensor& x);  // N C H W
  void place(const Placement& placement) override;

 private:
  at::Tensor alongWeight_, alongBias_, downWeight_, downBias_;
};
TORCH_MODULE(StripedConvolution);

/// x + perceptron(norm(x)), in which one half of the channels, convolved depthwise, gates the other.
class SeemoRePerceptron {
 public:
  /// Registers "norm_2" and "ffn" in `owner`.
  SeemoRePerceptron(torch::nn::Module& owner, int features);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  LayerNorm norm_;
  Convolution fn_1_, gate_, fn_2_;
};

/// RME: what a pixel is and what surrounds it go through a product of low rank, the rank chosen for the picture.
class SeemoReLocalBlockImpl : public torch::nn::Module {
 public:
  explicit SeemoReLocalBlockImpl(const SeemoReConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N C H W, at least 4^shrinkings along both sides

 private:
  struct Expert {
    Convolution pixel, surroundings, widen;
  };
  at::Tensor surroundingsOf(const at::Tensor& x);
  /// Each picture by the expert that its mean votes for, weighted by the share of the votes.
  at::Tensor byExperts(const at::Tensor& x, const at::Tensor& surroundings);

  bool shuffled_;
  int shrinkings_;
  LayerNorm norm_1_;
  Convolution conv0_, conv2_;          // block.conv_1
  Convolution shrink_;                 // block.agg_conv.0
  Convolution depthwise_, pointwise_;  // block.conv
  StripedConvolution striped_;         // block.conv_2.0
  std::vector<Expert> experts_;        // block.moe_layer.experts
  Linear gate_;                        // block.moe_layer.gate.body.2
  Convolution proj_;                   // block.proj
  SeemoRePerceptron perceptron_;
};
TORCH_MODULE(SeemoReLocalBlock);

/// SME: long striped convolutions say how much of the values passes.
class SeemoReGlobalBlockImpl : public torch::nn::Module {
 public:
  explicit SeemoReGlobalBlockImpl(const SeemoReConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  LayerNorm norm_1_;
  Convolution to_qv_, proj_;
  StripedConvolution attn_;
  SeemoRePerceptron perceptron_;
};
TORCH_MODULE(SeemoReGlobalBlock);

/// Zamfir, Wu, Mehta, Zhang, Timofte, "See More Details: Efficient Image Super-Resolution by Experts Mining", ICML
/// 2024; reference the authors' basicsr/archs/seemore_arch.py.
class SeemoReImpl : public torch::nn::Module {
 public:
  explicit SeemoReImpl(const SeemoReConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  SeemoReConfig config_;
  Convolution conv_1_;
  std::vector<std::pair<SeemoReLocalBlock, SeemoReGlobalBlock>> body_;
  LayerNorm norm_;
  Convolution conv_2_;
  Convolution upsampler_;
};
TORCH_MODULE(SeemoRe);

}  // namespace heirloom::models
