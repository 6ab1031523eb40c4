#include "models/srformer/network.h"

#include <torch/types.h>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

SwinIrConfig ending(const SrFormerConfig& config) {
  return {.features = config.features, .threeConvolutions = config.threeConvolutions};
}

}  // namespace

SrFormerGroupImpl::SrFormerGroupImpl(const SrFormerConfig& config, int depth) {
  const auto blocks = submodule(*submodule(*this, "residual_group"), "blocks");
  for (int i = 0; i < depth; ++i) {
    const int shift = i % 2 == 1 ? config.window / 2 : 0;
    blocks_.push_back(blocks->register_module(std::to_string(i), SrFormerBlock(config, shift)));
  }
  conv_ = SwinEnding(*this, "conv", ending(config));
}

at::Tensor SrFormerGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  at::Tensor x = tokens;
  for (SrFormerBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
  }
  return toTokens(conv_.plus(toImage(tokens), toImage(x)));
}

SrFormerImpl::SrFormerImpl(const SrFormerConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      embeddingNorm_(config.features),
      norm_(config.features) {
  submodule(*this, "patch_embed")->register_module("norm", embeddingNorm_);
  const auto layers = submodule(*this, "layers");
  for (const int depth : config.depths) {
    layers_.push_back(layers->register_module(std::to_string(layers_.size()), SrFormerGroup(config, depth)));
  }
  register_module("norm", norm_);
  conv_after_body_ = SwinEnding(*this, "conv_after_body", ending(config));
  head_ = PictureHead(*this, config.head, config.features, config.channels);
}

at::Tensor SrFormerImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor x = padToMultiple(image, config_.window, Padding::Reflect) - mean;
  const at::Tensor shallow = conv_first_->forward(x).to(conv_after_body_.precision());
  at::Tensor tokens = embeddingNorm_->forward(toTokens(shallow));
  for (SrFormerGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_.plus(shallow, toImage(norm_->forward(tokens)));
  const std::int64_t scale = config_.head.scale;
  return cropTo(head_.forward(deep, x) + mean, image.size(2) * scale, image.size(3) * scale);
}

}  // namespace heirloom::models
