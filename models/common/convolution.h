#pragma once

#include <torch/nn/pimpl.h>

#include <variant>

#include "models/common/channel_slopes.h"
#include "models/common/layer.h"
#include "models/kernels/few_channels/few_channels.h"
#include "models/kernels/matrix_tiles/tile_convolution.h"
#include "models/kernels/winograd/winograd.h"

namespace heirloom::models {

struct ConvolutionOptions {
  int in = 1;
  int out = 1;
  int kernel = 3;
  int stride = 1;
  int padding = -1;  // zeros on every side; -1: what keeps the size (at stride 1)
  int dilation = 1;
  int groups = 1;
  bool bias = true;
  Activation activation = Activation::None;
  double slope = 0.01;            // of LeakyRelu
  ChannelSlopes slopes{nullptr};  // PReLU instead of `activation`; registered by whoever owns its name
  double gain = 1;     // the result is multiplied by it before the activation: RRDB's 0.2, folded into placed weights
  bool outer = false;  // the first or the last of a network: stays in float32
};

/// With a leaky rectifier of `slope` behind it.
inline ConvolutionOptions leaky(int in, int out, double slope, int kernel = 3) {
  return {.in = in, .out = out, .kernel = kernel, .activation = Activation::LeakyRelu, .slope = slope};
}

/// Kernel 1; the other `options` stay.
inline ConvolutionOptions pointwise(int in, int out, ConvolutionOptions options = {}) {
  options.in = in;
  options.out = out;
  options.kernel = 1;
  return options;
}

/// Every channel by itself; the other `options` stay.
inline ConvolutionOptions depthwise(int features, ConvolutionOptions options = {}) {
  options.in = options.out = options.groups = features;
  return options;
}

/// The first or the last of a network; the other `options` stay.
inline ConvolutionOptions outer(int in, int out, ConvolutionOptions options = {}) {
  options.in = in;
  options.out = out;
  options.outer = true;
  return options;
}

/// Without a bias; the other `options` stay.
inline ConvolutionOptions withoutBias(int in, int out, ConvolutionOptions options = {}) {
  options.in = in;
  options.out = out;
  options.bias = false;
  return options;
}

/// Convolution with its activation, or with a sum, in one pass. Weights are registered as "weight" [out, in / groups,
/// k, k] and "bias". Input and result: N C H W, channels-last once placed; the input is converted to the layer's
/// precision.
///
/// On the CPU a placed layer calls our Winograd, matrix-tile and few-channel kernels where they serve, otherwise
/// oneDNN's fused operations with weights packed beforehand. Placement::plain and training compute conv2d and the
/// activation one after the other.
class ConvolutionImpl : public Layer {
 public:
  explicit ConvolutionImpl(const ConvolutionOptions& options);

  at::Tensor forward(const at::Tensor& x);
  /// The same into `result`, which may be a slice of the channels of a larger tensor, as x may be another slice of it.
  void forwardInto(at::Tensor result, const at::Tensor& x);

  /// residual + convolution, without the activation. Written over `residual` where it can be: it must not be needed
  /// afterwards.
  at::Tensor addTo(at::Tensor residual, const at::Tensor& x);
  /// The same, and `residual` stays as it is.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);
  /// The same into `result`, as in `forwardInto`.
  void plusInto(at::Tensor result, const at::Tensor& residual, const at::Tensor& x);

  /// (residual + s) (sigmoid(s) - 1/2) of the convolution s: SPAN's attention without parameters.
  at::Tensor gated(const at::Tensor& residual, const at::Tensor& x);

  void place(const Placement& placement) override;
  /// A convolution keeps its bias, and computes from the packed form only what has the layer's precision.
  void dropUnpacked() override;
  void unload() override;

  /// Computes in `precision` while the parameters stay float32 masters: mixed-precision training. Not for a placed
  /// layer.
  void setComputePrecision(at::ScalarType precision) { computed_ = options_.outer ? at::kFloat : precision; }

  const ConvolutionOptions& options() const { return options_; }
  /// What the layer computes in, and its result comes in.
  at::ScalarType precision() const { return computed_; }

  at::Tensor weight;
  at::Tensor bias;  // undefined without one

 private:
  at::Tensor convolved(const at::Tensor& x) const;  // plain form, without the activation
  at::Tensor activated(at::Tensor x) const;
  ConvolutionEnding ending() const;  // of `forward`
  /// Whether a kernel of ours that takes an ending holds the weights, and computes in x's precision.
  bool endsByItself(const at::Tensor& x) const;
  void endedInto(at::Tensor& result, const at::Tensor& x, const ConvolutionEnding& ending) const;
  at::Tensor ended(const at::Tensor& x, const ConvolutionEnding& ending) const;
  /// Both in float32.
  void pack(const at::Tensor& scaledWeight, const at::Tensor& scaledBias);

  ConvolutionOptions options_;
  at::ScalarType computed_ = at::kFloat;
  bool placed_ = false;
  std::variant<std::monostate, at::Tensor, WinogradWeights, MatrixTileWeights, ToFewWeights> packed_;
};
TORCH_MODULE(Convolution);

/// A 2x2 (or k x k) transposed convolution of stride k, without padding: "weight" [in, out, k, k], no bias by default.
class TransposedConvolutionImpl : public Layer {
 public:
  TransposedConvolutionImpl(int in, int out, int kernel, bool bias = false);
  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;

  at::Tensor weight;
  at::Tensor bias;

 private:
  int kernel_;
};
TORCH_MODULE(TransposedConvolution);

}  // namespace heirloom::models
