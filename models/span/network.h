#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/span/config.h"

namespace heirloom::models {

/// Conv3XC: in training 1x1, 3x3 and 1x1 convolutions ("conv.0", "conv.1", "conv.2") beside a 1x1 one ("sk"); at run
/// time the one 3x3 convolution that they amount to.
class FoldedConvolutionImpl : public Layer {
 public:
  /// `outer`: stays in float32.
  FoldedConvolutionImpl(int in, int out, Activation activation = Activation::None, bool outer = false);
  void place(const Placement& placement) override;
  /// The one convolution, of a placed layer.
  Convolution& placed() { return placed_; }

 private:
  /// A convolution's tensors as they come from the file.
  struct Weights {
    at::Tensor weight, bias;
  };
  Weights weights(torch::nn::Module& owner, const std::string& name, int in, int out, int kernel);
  Weights folded() const;  // float32 out in 3 3, and out

  ConvolutionOptions options_;
  Weights sk_, first_, second_, third_;
  Convolution placed_{nullptr};
};
TORCH_MODULE(FoldedConvolution);

/// SPAB: three convolutions, and an attention without parameters from the third's result.
class SpanBlockImpl : public torch::nn::Module {
 public:
  explicit SpanBlockImpl(int features);
  /// `first`, where given, receives the first convolution's activated result.
  at::Tensor forward(const at::Tensor& x, at::Tensor* first = nullptr);

 private:
  FoldedConvolution c1_r_, c2_r_, c3_r_;
};
TORCH_MODULE(SpanBlock);

/// Wan, Yu, Li, Chen, Zou, Liu, Yin, Zuo, "Swift Parameter-free Attention Network for Efficient Super-Resolution", CVPR
/// Workshops 2024; reference the authors' basicsr/archs/span_arch.py.
class SpanNetImpl : public torch::nn::Module {
 public:
  explicit SpanNetImpl(const SpanConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  SpanConfig config_;
  FoldedConvolution conv_1_;
  std::vector<SpanBlock> blocks_;  // block_1 ...
  Convolution conv_cat_;
  FoldedConvolution conv_2_;
  Convolution upsampler_;
};
TORCH_MODULE(SpanNet);

}  // namespace heirloom::models
