#include "models/rcan/network.h"

#include "models/common/padding.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr double kRange = 255;

ConvolutionOptions square(const RcanConfig& config, Activation activation = Activation::None) {
  return {.in = config.features, .out = config.features, .kernel = config.kernel, .activation = activation};
}

}  // namespace

RcanBlockImpl::RcanBlockImpl(const RcanConfig& config)
    : first_(square(config, Activation::Relu)), second_(square(config)) {
  const auto body = submodule(*this, "body");
  body->register_module("0", first_);
  body->register_module("2", second_);
  attention_ =
      ChannelAttention(*submodule(*submodule(*body, "3"), "conv_du"), "0", "2", config.features, config.reduced);
}

at::Tensor RcanBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor inner = second_->forward(first_->forward(x));
  return at::addcmul(x, inner, attention_.weights(inner));
}

RcanImpl::RcanImpl(const RcanConfig& config)
    : config_(config),
      head_(ConvolutionOptions{.in = config.channels * config.unshuffle * config.unshuffle,
                               .out = config.features,
                               .kernel = config.kernel,
                               .outer = true}),
      trunk_(square(config)),
      tail_(ConvolutionOptions{.in = config.features, .out = config.channels, .kernel = config.kernel, .outer = true}) {
  const ConvolutionOptions shift{.in = config.channels, .out = config.channels, .kernel = 1, .outer = true};
  if (config.normalised) {
    sub_mean_ = register_module("sub_mean", Convolution(shift));
    add_mean_ = register_module("add_mean", Convolution(shift));
  }
  submodule(*this, "head")->register_module(config.unshuffle > 1 ? "1" : "0", head_);
  const auto body = submodule(*this, "body");
  for (int i = 0; i < config.groups; ++i) {
    const auto inner = submodule(*submodule(*body, std::to_string(i)), "body");
    Group group{{}, Convolution(square(config))};
    for (int k = 0; k < config.blocks; ++k) {
      group.blocks.push_back(inner->register_module(std::to_string(k), RcanBlock(config)));
    }
    inner->register_module(std::to_string(config.blocks), group.last);
    groups_.push_back(std::move(group));
  }
  body->register_module(std::to_string(config.groups), trunk_);
  const auto tail = submodule(*this, "tail");
  const auto upsampler = submodule(*tail, "0");
  for (const int factor : shuffleFactors(config.enlargement)) {
    const ConvolutionOptions options{.in = config.features, .out = config.features * factor * factor};
    ups_.push_back(upsampler->register_module(std::to_string(2 * ups_.size()), Convolution(options)));
  }
  tail->register_module("1", tail_);
}

at::Tensor RcanImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor picture = padToMultiple(image, config_.unshuffle, Padding::Reflect);
  if (config_.normalised) picture = sub_mean_->forward(picture * kRange);
  if (config_.unshuffle > 1) picture = at::pixel_unshuffle(picture, config_.unshuffle);
  const at::Tensor shallow = head_->forward(picture).to(trunk_->precision());
  at::Tensor x = shallow;
  for (Group& group : groups_) x = group.last->plus(x, through(group.blocks, x, observer));
  x = trunk_->plus(shallow, x);
  const std::vector<int> factors = shuffleFactors(config_.enlargement);
  for (std::size_t i = 0; i < ups_.size(); ++i) x = at::pixel_shuffle(ups_[i]->forward(x), factors[i]);
  x = tail_->forward(x);
  if (config_.normalised) x = add_mean_->forward(x) / kRange;
  return cropTo(x, image.size(2) * config_.scale(), image.size(3) * config_.scale());
}

}  // namespace heirloom::models
