#include "models/imdn/network.h"

#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.05;

}  // namespace

ImdBlockImpl::ImdBlockImpl(const ImdnConfig& config)
    : distilled_(config.distilled),
      fuse_(ConvolutionOptions{.in = 4 * config.distilled, .out = config.features, .kernel = 1}) {
  for (int i = 0; i < 4; ++i) {
    const bool last = i == 3;
    const ConvolutionOptions options{.in = i == 0 ? config.features : config.features - config.distilled,
                                     .out = last ? config.distilled : config.features,
                                     .activation = last ? Activation::None : Activation::LeakyRelu,
                                     .slope = kSlope};
    convolutions_.push_back(register_module("conv" + std::to_string(i + 1), Convolution(options)));
  }
  register_module("fuse", fuse_);
  if (!config.original) return;
  const int width = 4 * config.distilled;
  squeeze_ = register_module(
      "squeeze",
      Convolution(ConvolutionOptions{.in = width, .out = config.reduced, .kernel = 1, .activation = Activation::Relu}));
  excite_ = register_module("excite", Convolution(ConvolutionOptions{.in = config.reduced, .out = width, .kernel = 1}));
}

// Contrast-aware: a channel's weight comes from its mean plus its standard deviation over the picture.
at::Tensor ImdBlockImpl::attended(const at::Tensor& x) {
  const at::Tensor contrast = WholeStatistics::of(x, [](const at::Tensor& whole) {
    const auto [variance, mean] =
        at::var_mean(whole.to(at::kFloat), at::IntArrayRef{2, 3}, /*correction=*/at::Scalar(0), true);
    return mean + variance.sqrt();
  });
  return x * excite_->forward(squeeze_->forward(contrast)).sigmoid().to(x.scalar_type());
}

at::Tensor ImdBlockImpl::forward(const at::Tensor& x) {
  std::vector<at::Tensor> parts;
  at::Tensor rest = x;
  for (std::size_t i = 0; i < 3; ++i) {
    const at::Tensor made = convolutions_[i]->forward(rest);
    parts.push_back(made.narrow(1, 0, distilled_));
    rest = made.narrow(1, distilled_, made.size(1) - distilled_);
  }
  parts.push_back(convolutions_[3]->forward(rest));
  const at::Tensor gathered = at::cat(parts, 1);
  return fuse_->plus(x, squeeze_ ? attended(gathered) : gathered);
}

ImdnImpl::ImdnImpl(const ImdnConfig& config)
    : scale_(config.scale),
      head_(register_module(
          "head", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      trunk_(ConvolutionOptions{.in = config.features, .out = config.features}),
      up_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  for (int i = 0; i < config.blocks; ++i) {
    blocks_.push_back(register_module("block" + std::to_string(i), ImdBlock(config)));
  }
  if (config.original) {
    gather_ = register_module(
        "gather", Convolution(leaky(config.features * config.blocks, config.features, kSlope, /*kernel=*/1)));
  }
  register_module("trunk", trunk_);
  register_module("up", up_);
}

at::Tensor ImdnImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = head_->forward(image);
  at::Tensor x = shallow.to(trunk_->precision());
  std::vector<at::Tensor> results;
  for (ImdBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
    if (gather_) results.push_back(x);
  }
  if (gather_) x = gather_->forward(at::cat(results, 1));
  return at::pixel_shuffle(up_->forward(trunk_->plus(shallow, x)), scale_);
}

}  // namespace heirloom::models
