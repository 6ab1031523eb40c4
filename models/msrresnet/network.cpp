#include "models/msrresnet/network.h"

namespace heirloom::models {
namespace {

using Layout = MsrResNetConfig::Layout;
using Up = MsrResNetConfig::Up;

constexpr double kLeak = 0.1;

/// Named: LeakyReLU 0.1 outside of the blocks; numbered: ReLU.
ConvolutionOptions outside(const MsrResNetConfig& config, ConvolutionOptions options) {
  options.activation = config.layout == Layout::Named ? Activation::LeakyRelu : Activation::Relu;
  options.slope = kLeak;
  return options;
}

}  // namespace

MsrResNetImpl::MsrResNetImpl(const MsrResNetConfig& config)
    : config_(config),
      head_(config.layout == Layout::Named
                ? outside(config, {.in = config.in, .out = config.features, .outer = true})
                : ConvolutionOptions{.in = config.in, .out = config.features, .outer = true}),
      hr_(outside(config, {.in = config.features, .out = config.features})),
      last_(ConvolutionOptions{
          .in = config.features, .out = config.out, .bias = config.layout == Layout::Named, .outer = true}) {
  register_module("head", head_);
  for (int i = 0; i < config.blocks; ++i) {
    blocks_.push_back(register_module("block" + std::to_string(i), ResBlock(config.features, true)));
  }
  if (config.layout == Layout::Numbered) {
    trunk_ = register_module("trunk", Convolution(ConvolutionOptions{.in = config.features, .out = config.features}));
  }
  const int factor = config.up == Up::PixelShuffle ? config.stageFactor() * config.stageFactor() : 1;
  for (int i = 0; i < config.stages(); ++i) {
    ups_.push_back(
        register_module("up" + std::to_string(i),
                        Convolution(outside(config, {.in = config.features, .out = factor * config.features}))));
  }
  register_module("hr", hr_);
  register_module("last", last_);
}

at::Tensor MsrResNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = head_->forward(image);
  at::Tensor x = shallow.to(hr_->precision());
  bool keeps = trunk_ && x.is_same(shallow);
  for (ResBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x, keeps);
    keeps = false;
  }
  if (trunk_) x = trunk_->plus(shallow.to(x.scalar_type()), x);
  const int factor = config_.stageFactor();
  for (Convolution& up : ups_) {
    if (config_.up == Up::PixelShuffle) {
      x = at::pixel_shuffle(up->forward(x), factor);  // the activation is the same before and after the shuffle
    } else {
      x = up->forward(at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor}));
    }
  }
  x = last_->forward(hr_->forward(x));
  if (config_.layout == Layout::Numbered) return x;
  return x.add_(at::upsample_bilinear2d(image, {x.size(2), x.size(3)}, /*align_corners=*/false));
}

}  // namespace heirloom::models
