#include "models/hat/network.h"

#include "models/common/padding.h"
#include "models/common/through.h"

namespace heirloom::models {

HatGroupImpl::HatGroupImpl(const HatConfig& config, int depth)
    : overlap_attn_(config), conv_(ConvolutionOptions{.in = config.features, .out = config.features}) {
  const auto group = submodule(*this, "residual_group");
  const auto blocks = submodule(*group, "blocks");
  for (int i = 0; i < depth; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), HatBlock(config, i % 2 == 1 ? config.window / 2 : 0)));
  }
  group->register_module("overlap_attn", overlap_attn_);
  register_module("conv", conv_);
}

at::Tensor HatGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  const at::Tensor x = through(blocks_, tokens, observer);
  return toTokens(conv_->plus(toImage(tokens), toImage(overlap_attn_->forward(x))));
}

HatImpl::HatImpl(const HatConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      embeddingNorm_(config.features),
      norm_(config.features),
      conv_after_body_(ConvolutionOptions{.in = config.features, .out = config.features}) {
  submodule(*this, "patch_embed")->register_module("norm", embeddingNorm_);
  const auto layers = submodule(*this, "layers");
  for (std::size_t i = 0; i < config.depths.size(); ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), HatGroup(config, config.depths[i])));
  }
  register_module("norm", norm_);
  register_module("conv_after_body", conv_after_body_);
  head_ = PixelShuffleHead(*this, config.features, config.channels, config.scale, config.headFeatures);
}

at::Tensor HatImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor shallow = conv_first_->forward(padToMultiple(image, config_.window, Padding::Reflect) - mean)
                                 .to(conv_after_body_->precision());
  at::Tensor tokens = embeddingNorm_->forward(toTokens(shallow));
  for (HatGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_->plus(shallow, toImage(norm_->forward(tokens)));
  return cropTo(head_.forward(deep) + mean, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
