#include "models/common/convolution.h"

#include "models/common/onednn.h"

namespace heirloom::models {
namespace {

onednn::Window windowOf(const ConvolutionOptions& options) {
  return {options.stride, options.padding, options.dilation, options.groups};
}

const char* nameOf(Activation activation) {
  switch (activation) {
    case Activation::None:
      return "none";
    case Activation::Relu:
      return "relu";
    case Activation::LeakyRelu:
      return "leaky_relu";
    case Activation::Gelu:
      return "gelu";
  }
  return "none";
}

at::Tensor channelsLast(const at::Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

ConvolutionImpl::ConvolutionImpl(const ConvolutionOptions& options) : options_(options) {
  if (options_.padding < 0) options_.padding = options_.dilation * (options_.kernel - 1) / 2;
  weight = register_parameter("weight",
                              at::empty({options.out, options.in / options.groups, options.kernel, options.kernel}));
  if (options.bias) bias = register_parameter("bias", at::empty({options.out}));
}

at::Tensor ConvolutionImpl::convolved(const at::Tensor& x) const {
  const at::Tensor result =
      at::conv2d(x.to(computed_), weight.to(computed_), bias.defined() ? bias.to(computed_) : bias, options_.stride,
                 options_.padding, options_.dilation, options_.groups);
  // Placed weights hold the gain already.
  return placed_ || options_.gain == 1 ? result : result * options_.gain;
}

at::Tensor ConvolutionImpl::forward(const at::Tensor& x) {
  if (!packed_.defined()) return activated(convolved(x), options_.activation, options_.slope);
  return onednn::convolution(channelsLast(x.to(computed_)), packed_, bias, windowOf(options_),
                             nameOf(options_.activation), options_.slope);
}

at::Tensor ConvolutionImpl::addTo(at::Tensor residual, const at::Tensor& x) {
  if (packed_.defined() && residual.scalar_type() == computed_ &&
      residual.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    return onednn::addConvolution(residual, channelsLast(x.to(computed_)), packed_, bias, windowOf(options_));
  }
  const at::Tensor result = convolved(x);
  // The residual's precision counts: a float32 one is what the layer's own would have to be rounded to.
  return residual.requires_grad() || result.requires_grad() ? residual + result : residual.add_(result);
}

at::Tensor ConvolutionImpl::plus(const at::Tensor& residual, const at::Tensor& x) {
  if (packed_.defined() && residual.scalar_type() == computed_) {
    return onednn::convolutionPlus(channelsLast(residual), channelsLast(x.to(computed_)), packed_, bias,
                                   windowOf(options_));
  }
  return residual + convolved(x);
}

void ConvolutionImpl::place(const Placement& placement) {
  computed_ = options_.outer ? at::kFloat : placement.precision;
  const auto move = [&](at::Tensor& tensor) {
    if (!tensor.defined()) return;
    const at::Tensor scaled = options_.gain == 1 ? tensor : tensor * options_.gain;
    tensor.set_data(scaled.to(at::TensorOptions(placement.device).dtype(computed_))
                        .contiguous(tensor.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous));
  };
  move(weight);
  move(bias);
  placed_ = true;
  packed_ = at::Tensor();
  // LibTorch's packing of grouped weights fails on some shapes.
  if (placement.device.is_cpu() && !placement.plain && options_.groups == 1)
    packed_ = onednn::packConvolution(weight, windowOf(options_));
}

TransposedConvolutionImpl::TransposedConvolutionImpl(int in, int out, int kernel, bool withBias) : kernel_(kernel) {
  weight = register_parameter("weight", at::empty({in, out, kernel, kernel}));
  if (withBias) bias = register_parameter("bias", at::empty({out}));
}

at::Tensor TransposedConvolutionImpl::forward(const at::Tensor& x) {
  return at::conv_transpose2d(x.to(weight.scalar_type()), weight, bias, kernel_);
}

void TransposedConvolutionImpl::place(const Placement& placement) {
  const auto options = at::TensorOptions(placement.device).dtype(placement.precision);
  weight.set_data(weight.to(options).contiguous(at::MemoryFormat::ChannelsLast));
  if (bias.defined()) bias.set_data(bias.to(options));
}

}  // namespace heirloom::models
