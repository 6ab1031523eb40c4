#include "models/mambair/network.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

SwinIrConfig ending(const MambaIrConfig& config) {
  return {.features = config.features, .threeConvolutions = config.threeConvolutions};
}

}  // namespace

MambaIrGroupImpl::MambaIrGroupImpl(const MambaIrConfig& config, int depth) {
  const auto blocks = submodule(*submodule(*this, "residual_group"), "blocks");
  for (int i = 0; i < depth; ++i) blocks_.push_back(blocks->register_module(std::to_string(i), MambaIrBlock(config)));
  conv_ = SwinEnding(*this, "conv", ending(config));
}

at::Tensor MambaIrGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  at::Tensor x = tokens;
  for (MambaIrBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
  }
  return toTokens(conv_.plus(toImage(tokens), toImage(x)));
}

MambaIrImpl::MambaIrImpl(const MambaIrConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      embeddingNorm_(config.features),
      norm_(config.features) {
  submodule(*this, "patch_embed")->register_module("norm", embeddingNorm_);
  const auto layers = submodule(*this, "layers");
  for (const int depth : config.depths) {
    layers_.push_back(layers->register_module(std::to_string(layers_.size()), MambaIrGroup(config, depth)));
  }
  register_module("norm", norm_);
  conv_after_body_ = SwinEnding(*this, "conv_after_body", ending(config));
  head_ = PictureHead(*this, config.head, config.features, config.channels);
}

at::Tensor MambaIrImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor x = image - mean;
  const at::Tensor shallow = conv_first_->forward(x).to(conv_after_body_.precision());
  at::Tensor tokens = embeddingNorm_->forward(toTokens(shallow));
  for (MambaIrGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_.plus(shallow, toImage(norm_->forward(tokens)));
  return head_.forward(deep, x) + mean;
}

}  // namespace heirloom::models
