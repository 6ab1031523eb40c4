#include "models/swiftsrgan/network.h"

#include <torch/types.h>

#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr int kLargeKernel = 9;  // of the first and the last convolution

/// "cnn", "bn" and "act" of `owner`. Slopes are in the file whether the block has an activation or not.
SeparableConvolution convolutionBlock(torch::nn::Module& owner, ConvolutionOptions options, bool normed, bool active) {
  BatchNorm norm{nullptr};
  if (normed) norm = owner.register_module("bn", BatchNorm(options.out));
  const auto slopes = owner.register_module("act", ChannelSlopes(options.out));
  if (active) options.slopes = slopes;
  options.bias = !normed;
  return owner.register_module("cnn", SeparableConvolution(options, norm));
}

}  // namespace

SeparableConvolutionImpl::SeparableConvolutionImpl(const ConvolutionOptions& options, const BatchNorm& norm)
    : options_(options),
      depthwise_(register_module("depthwise", Convolution(ConvolutionOptions{.in = options.in,
                                                                             .out = options.in,
                                                                             .kernel = options.kernel,
                                                                             .groups = options.in,
                                                                             .bias = options.bias,
                                                                             .outer = options.outer}))),
      norm_(norm) {
  const auto pointwise = submodule(*this, "pointwise");
  weight_ = pointwise->register_parameter("weight", at::empty({options.out, options.in, 1, 1}));
  if (options.bias) bias_ = pointwise->register_parameter("bias", at::empty({options.out}));
}

void SeparableConvolutionImpl::place(const Placement& placement) {
  ConvolutionOptions options = options_;
  options.kernel = 1;
  options.bias = true;
  placed_ = Convolution(options);
  at::Tensor weight = weight_.detach();
  at::Tensor bias = bias_.defined() ? bias_.detach() : at::zeros({options.out}, weight.options());
  if (norm_) {
    const auto [factor, offset] = norm_->affine();
    weight = weight * factor.view({-1, 1, 1, 1});
    bias = bias * factor + offset;
  }
  placed_->weight.set_data(weight);
  placed_->bias.set_data(bias);
  placed_->place(placement);
}

SwiftSrganBlockImpl::SwiftSrganBlockImpl(int features) {
  const ConvolutionOptions options{.in = features, .out = features};
  first_ = convolutionBlock(*submodule(*this, "block1"), options, /*normed=*/true, /*active=*/true);
  second_ = convolutionBlock(*submodule(*this, "block2"), options, /*normed=*/true, /*active=*/false);
}

at::Tensor SwiftSrganBlockImpl::forward(const at::Tensor& x) {
  return second_->plus(x, first_->forward(x));
}

SwiftSrganImpl::SwiftSrganImpl(const SwiftSrganConfig& config)
    : final_conv_(
          ConvolutionOptions{.in = config.features, .out = config.channels, .kernel = kLargeKernel, .outer = true}) {
  const ConvolutionOptions inner{.in = config.features, .out = config.features};
  initial_ = convolutionBlock(*submodule(*this, "initial"),
                              {.in = config.channels, .out = config.features, .kernel = kLargeKernel, .outer = true},
                              /*normed=*/false, /*active=*/true);
  const auto residual = submodule(*this, "residual");
  for (int i = 0; i < config.blocks; ++i) {
    residual_.push_back(residual->register_module(std::to_string(i), SwiftSrganBlock(config.features)));
  }
  convblock_ = convolutionBlock(*submodule(*this, "convblock"), inner, /*normed=*/true, /*active=*/false);
  const auto upsampler = submodule(*this, "upsampler");
  for (int size = 1; size < config.scale; size *= 2) {
    const auto doubling = submodule(*upsampler, std::to_string(upsampler_.size()));
    const ConvolutionOptions widening{.in = config.features, .out = 4 * config.features};
    upsampler_.push_back({doubling->register_module("conv", SeparableConvolution(widening)),
                          doubling->register_module("act", ChannelSlopes(config.features))});
  }
  register_module("final_conv", final_conv_);
}

at::Tensor SwiftSrganImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = initial_->forward(image).to(convblock_->precision());
  at::Tensor x = convblock_->plus(shallow, through(residual_, shallow, observer));
  for (Doubling& doubling : upsampler_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = doubling.act->forward(at::pixel_shuffle(doubling.conv->forward(x), 2));
  }
  return (final_conv_->forward(x).tanh() + 1) / 2;
}

}  // namespace heirloom::models
