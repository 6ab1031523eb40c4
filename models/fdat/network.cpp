#include "models/fdat/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"

namespace heirloom::models {

FdatGroupImpl::FdatGroupImpl(const FdatConfig& config) : conv_(withoutBias(config.features, config.features)) {
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < config.blocks; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), FdatBlock(config, /*spatial=*/i % 2 == 0)));
  }
  register_module("conv", conv_);
}

at::Tensor FdatGroupImpl::forward(const at::Tensor& x, Observer* observer) {
  return conv_->plus(x, toImage(through(blocks_, toTokens(x), observer)));
}

FdatImpl::FdatImpl(const FdatConfig& config)
    : config_(config),
      conv_first_(ConvolutionOptions{
          .in = config.channels * config.unshuffle * config.unshuffle, .out = config.features, .outer = true}),
      conv_after_(withoutBias(config.features, config.features)),
      upsampler_(config) {
  if (config.unshuffle > 1)
    submodule(*this, "conv_first")->register_module("1", conv_first_);
  else
    register_module("conv_first", conv_first_);
  const auto groups = submodule(*this, "groups");
  for (int i = 0; i < config.groups; ++i) {
    groups_.push_back(groups->register_module(std::to_string(i), FdatGroup(config)));
  }
  register_module("conv_after", conv_after_);
  register_module("upsampler", upsampler_);
}

at::Tensor FdatImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, config_.unshuffle, Padding::Reflect);
  const at::Tensor shallow =
      conv_first_->forward(config_.unshuffle > 1 ? at::pixel_unshuffle(picture, config_.unshuffle) : picture)
          .to(conv_after_->precision());
  at::Tensor x = shallow;
  for (FdatGroup& group : groups_) x = group->forward(x, observer);
  const at::Tensor enlarged = upsampler_->forward(conv_after_->plus(shallow, x));
  return cropTo(enlarged, image.size(2) * config_.scale(), image.size(3) * config_.scale());
}

}  // namespace heirloom::models
