#pragma once

#include <vector>

#include "models/common/batch_norm.h"
#include "models/common/convolution.h"
#include "models/swiftsrgan/config.h"

namespace heirloom::models {

/// A depthwise convolution and a 1x1 one: "depthwise", "pointwise". A norm behind them is folded into the latter when
/// the layer is placed; before that it cannot compute.
class SeparableConvolutionImpl : public Layer {
 public:
  /// `options`: of both together; `kernel` is the depthwise one's. `norm`: registered by the owner, or null.
  explicit SeparableConvolutionImpl(const ConvolutionOptions& options, const BatchNorm& norm = nullptr);

  at::Tensor forward(const at::Tensor& x) { return placed_->forward(depthwise_->forward(x)); }
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x) {
    return placed_->plus(residual, depthwise_->forward(x));
  }
  void place(const Placement& placement) override;
  at::ScalarType precision() const { return depthwise_->precision(); }

 private:
  ConvolutionOptions options_;
  Convolution depthwise_;
  at::Tensor weight_, bias_;  // pointwise
  BatchNorm norm_;
  Convolution placed_{nullptr};  // pointwise with the norm, not registered
};
TORCH_MODULE(SeparableConvolution);

/// x + the second of two convolutions with norms, of which the first has PReLU: "block1", "block2".
class SwiftSrganBlockImpl : public torch::nn::Module {
 public:
  explicit SwiftSrganBlockImpl(int features);
  at::Tensor forward(const at::Tensor& x);  // N F H W

 private:
  SeparableConvolution first_{nullptr}, second_{nullptr};
};
TORCH_MODULE(SwiftSrganBlock);

/// Krishnan, Krishnan, "SwiftSRGAN: Rethinking Super-Resolution for Efficient and Real-time Inference", 2021; reference
/// the authors' swift-srgan/models.py.
class SwiftSrganImpl : public torch::nn::Module {
 public:
  explicit SwiftSrganImpl(const SwiftSrganConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Doubling {
    SeparableConvolution conv;
    ChannelSlopes act;
  };
  SeparableConvolution initial_{nullptr};
  std::vector<SwiftSrganBlock> residual_;
  SeparableConvolution convblock_{nullptr};
  std::vector<Doubling> upsampler_;
  SeparableConvolution final_conv_;
};
TORCH_MODULE(SwiftSrgan);

}  // namespace heirloom::models
