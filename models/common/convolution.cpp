#include "models/common/convolution.h"

#include "models/common/layout.h"
#include "models/common/onednn.h"
#include "models/common/savings.h"
#include "models/kernels/convolution_kernel.h"
#include "models/kernels/processor.h"

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
    case Activation::Silu:
      return "swish";
  }
  return "none";
}

at::Tensor channelsLast(const at::Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

/// LibTorch's fused sum fails on a picture of one pixel, whose strides say nothing of its layout.
bool oneDnnAddsTo(const at::Tensor& x) {
  return x.size(2) * x.size(3) > 1;
}

/// convolutionToFew widens bfloat16 by itself, and knows no float16.
at::Tensor wideEnough(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf ? x.to(at::kFloat) : x;
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

at::Tensor ConvolutionImpl::activated(at::Tensor x) const {
  if (ChannelSlopes slopes = options_.slopes) return slopes->forward(x);
  return models::activated(std::move(x), options_.activation, options_.slope);
}

ConvolutionEnding ConvolutionImpl::ending() const {
  ConvolutionEnding ending;
  // One slope may serve all channels.
  if (options_.slopes) ending.slopes = options_.slopes->weight.expand({options_.out}).contiguous();
  if (options_.activation == Activation::Silu) ending.kind = ConvolutionEnding::Kind::Silu;
  if (options_.activation == Activation::Relu) ending.negativeSlope = 0;
  if (options_.activation == Activation::LeakyRelu) ending.negativeSlope = options_.slope;
  return ending;
}

bool ConvolutionImpl::endsByItself(const at::Tensor& x) const {
  const bool ours =
      std::holds_alternative<WinogradWeights>(packed_) || std::holds_alternative<MatrixTileWeights>(packed_);
  return ours && x.scalar_type() == computed_;
}

void ConvolutionImpl::endedInto(at::Tensor& result, const at::Tensor& x, const ConvolutionEnding& ending) const {
  if (const auto* tiles = std::get_if<MatrixTileWeights>(&packed_))
    tileConvolutionInto(result, x, *tiles, ending);
  else
    winogradConvolutionInto(result, x, std::get<WinogradWeights>(packed_), ending);
}

at::Tensor ConvolutionImpl::ended(const at::Tensor& x, const ConvolutionEnding& ending) const {
  const auto* tiles = std::get_if<MatrixTileWeights>(&packed_);
  return tiles ? tileConvolution(x, *tiles, ending)
               : winogradConvolution(x, std::get<WinogradWeights>(packed_), ending);
}

at::Tensor ConvolutionImpl::forward(const at::Tensor& x) {
  if (const auto* few = std::get_if<ToFewWeights>(&packed_)) return convolutionToFew(wideEnough(x), *few);
  const at::Tensor converted = x.to(computed_);
  if (endsByItself(converted)) return ended(converted, ending());
  if (const auto* fused = std::get_if<at::Tensor>(&packed_)) {
    const at::Tensor result = onednn::convolution(channelsLast(converted), *fused, bias, windowOf(options_),
                                                  nameOf(options_.activation), options_.slope);
    return options_.slopes ? activated(result) : result;
  }
  return activated(convolved(converted));
}

void ConvolutionImpl::forwardInto(at::Tensor result, const at::Tensor& x) {
  if (endsByItself(result))
    endedInto(result, x.to(computed_), ending());
  else
    result.copy_(forward(x));
}

at::Tensor ConvolutionImpl::addTo(at::Tensor residual, const at::Tensor& x) {
  if (residual.scalar_type() == computed_ && residual.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    if (endsByItself(residual)) {
      endedInto(residual, x.to(computed_), {.residual = residual});
      return residual;
    }
    if (const auto* fused = std::get_if<at::Tensor>(&packed_); fused && oneDnnAddsTo(x)) {
      return onednn::addConvolution(residual, channelsLast(x.to(computed_)), *fused, bias, windowOf(options_));
    }
  }
  return plus(residual, x);
}

at::Tensor ConvolutionImpl::plus(const at::Tensor& residual, const at::Tensor& x) {
  if (residual.scalar_type() == computed_) {
    if (endsByItself(residual)) return ended(x.to(computed_), {.residual = channelsLast(residual)});
    if (const auto* few = std::get_if<ToFewWeights>(&packed_)) {
      return convolutionToFew(wideEnough(x), *few, channelsLast(residual));
    }
    if (const auto* fused = std::get_if<at::Tensor>(&packed_); fused && oneDnnAddsTo(x)) {
      return onednn::convolutionPlus(channelsLast(residual), channelsLast(x.to(computed_)), *fused, bias,
                                     windowOf(options_));
    }
  }
  return residual + convolved(x);
}

void ConvolutionImpl::plusInto(at::Tensor result, const at::Tensor& residual, const at::Tensor& x) {
  if (endsByItself(result) && residual.scalar_type() == computed_)
    endedInto(result, x.to(computed_), {.residual = residual});
  else
    result.copy_(plus(residual, x));
}

at::Tensor ConvolutionImpl::gated(const at::Tensor& residual, const at::Tensor& x) {
  if (endsByItself(residual)) {
    return ended(x.to(computed_), {.kind = ConvolutionEnding::Kind::Gated, .residual = channelsLast(residual)});
  }
  const at::Tensor sum = convolved(x);
  return (sum + residual) * (sum.sigmoid() - 0.5);
}

void ConvolutionImpl::pack(const at::Tensor& scaledWeight, const at::Tensor& scaledBias) {
  const bool usual = options_.kernel == 3 && options_.stride == 1 && options_.padding == 1 && options_.dilation == 1 &&
                     options_.groups == 1;
  const bool kernelEnds = usual && options_.activation != Activation::Gelu;
  // The last layer of a network makes a picture out of many channels, which it may take in bfloat16.
  constexpr int kPicture = 4;
  const bool toPicture = kernelEnds && computed_ == at::kFloat && options_.out <= kPicture && options_.in > kPicture &&
                         options_.activation == Activation::None && !options_.slopes && fewChannelsServed();
  const ConvolutionKernel kernel =
      kernelEnds && !toPicture ? convolutionKernel(computed_, options_.in, options_.out) : ConvolutionKernel::None;
  // LibTorch's packing of grouped and of single weights fails, and that of narrower types on older processors.
  const bool packable = (computed_ == at::kFloat || (computed_ == at::kBFloat16 && processor().avx512)) &&
                        options_.groups == 1 && options_.in * options_.out > 1;
  if (toPicture)
    packed_ = ToFewWeights(scaledWeight, scaledBias);
  else if (kernel == ConvolutionKernel::MatrixTiles)
    packed_ = MatrixTileWeights(scaledWeight, scaledBias);
  else if (kernel == ConvolutionKernel::Winograd)
    packed_ = WinogradWeights(scaledWeight, scaledBias);
  else if (packable)
    packed_ = onednn::packConvolution(channelsLast(scaledWeight.to(computed_)), windowOf(options_));
}

void ConvolutionImpl::place(const Placement& placement) {
  computed_ = options_.outer ? at::kFloat : placement.precision;
  const auto scaled = [&](const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    return options_.gain == 1 ? tensor.detach() : tensor.detach() * options_.gain;
  };
  const at::Tensor scaledWeight = scaled(weight);
  const at::Tensor scaledBias = scaled(bias);
  const auto options = at::TensorOptions(placement.device).dtype(computed_);
  weight.set_data(scaledWeight);
  if (bias.defined()) bias.set_data(scaledBias.to(options));
  placed_ = true;
  packed_ = std::monostate{};
  // Packed weights are for channels-last maps.
  if (placement.device.is_cpu() && !placement.plain && saves(Saving::Layout)) pack(scaledWeight, scaledBias);
  // Beside its packed form a network's weight stays what all sessions share.
  if (std::holds_alternative<std::monostate>(packed_)) weight.set_data(laidOut(weight.to(options)));
}

void ConvolutionImpl::dropUnpacked() {
  if (!std::holds_alternative<std::monostate>(packed_)) weight.set_data(at::empty({0}, weight.options()));
}

void ConvolutionImpl::unload() {
  packed_ = std::monostate{};
  Layer::unload();
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
