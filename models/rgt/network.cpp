#include "models/rgt/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr int kLeastSide = 16;  // two reductions of the summary

SwinIrConfig ending(const RgtConfig& config) {
  return {.features = config.features, .threeConvolutions = config.threeConvolutions};
}

}  // namespace

RgtGroupImpl::RgtGroupImpl(const RgtConfig& config, int group) {
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < config.depths[static_cast<std::size_t>(group)]; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), RgtBlock(config, group, i)));
  }
  conv_ = SwinEnding(*this, "conv", ending(config));
}

at::Tensor RgtGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  at::Tensor x = tokens;
  for (RgtBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
  }
  return toTokens(conv_.plus(toImage(tokens), toImage(x)));
}

RgtImpl::RgtImpl(const RgtConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      beforeGroups_(config.features),
      norm_(config.features) {
  submodule(*this, "before_RG")->register_module("1", beforeGroups_);
  const auto layers = submodule(*this, "layers");
  for (int i = 0; i < static_cast<int>(config.depths.size()); ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), RgtGroup(config, i)));
  }
  register_module("norm", norm_);
  conv_after_body_ = SwinEnding(*this, "conv_after_body", ending(config));
  head_ = PixelShuffleHead(*this, config.features, config.channels, config.scale);
}

at::Tensor RgtImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const bool small = std::min(image.size(2), image.size(3)) < kLeastSide;
  const at::Tensor x = (small ? padToMultiple(image, kLeastSide, Padding::Reflect) : image) - mean;
  const at::Tensor shallow = conv_first_->forward(x).to(conv_after_body_.precision());
  at::Tensor tokens = beforeGroups_->forward(toTokens(shallow));
  for (RgtGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_.plus(shallow, toImage(norm_->forward(tokens)));
  return cropTo(head_.forward(deep) + mean, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
