#include "models/dat/network.h"

namespace heirloom::models {
namespace {

SwinIrConfig ending(const DatConfig& config) {
  return {.features = config.features, .threeConvolutions = config.threeConvolutions};
}

/// Every other spatial block is shifted; groups begin with a shifted one in turns.
bool shiftedAt(int group, int index) {
  return group % 2 == 0 ? index % 4 == 2 : index % 4 == 0;
}

}  // namespace

DatBlockImpl::DatBlockImpl(const DatConfig& config, int group, int index)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      attn_(register_module("attn", DatAttention(config, index % 2 == 0, shiftedAt(group, index), norm1_))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      ffn_(*this, "ffn", config.features, config.hidden, norm2_) {}

at::Tensor DatBlockImpl::forward(const at::Tensor& x) {
  return ffn_.forward(attn_->forward(x));
}

DatGroupImpl::DatGroupImpl(const DatConfig& config, int group) {
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < config.depths[static_cast<std::size_t>(group)]; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), DatBlock(config, group, i)));
  }
  conv_ = SwinEnding(*this, "conv", ending(config));
}

at::Tensor DatGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  at::Tensor x = tokens;
  for (DatBlock& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
  }
  return toTokens(conv_.plus(toImage(tokens), toImage(x)));
}

DatImpl::DatImpl(const DatConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      beforeGroups_(config.features),
      norm_(config.features) {
  submodule(*this, "before_RG")->register_module("1", beforeGroups_);
  const auto layers = submodule(*this, "layers");
  for (int i = 0; i < static_cast<int>(config.depths.size()); ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), DatGroup(config, i)));
  }
  register_module("norm", norm_);
  conv_after_body_ = SwinEnding(*this, "conv_after_body", ending(config));
  if (!config.direct) {
    head_ = PixelShuffleHead(*this, config.features, config.channels, config.scale);
    return;
  }
  upsample_ =
      submodule(*this, "upsample")
          ->register_module(
              "0", Convolution(ConvolutionOptions{
                       .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}));
}

at::Tensor DatImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor shallow = conv_first_->forward(image - mean).to(conv_after_body_.precision());
  at::Tensor tokens = beforeGroups_->forward(toTokens(shallow));
  for (DatGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_.plus(shallow, toImage(norm_->forward(tokens)));
  if (!config_.direct) return head_.forward(deep) + mean;
  return at::pixel_shuffle(upsample_->forward(deep), config_.scale) + mean;
}

}  // namespace heirloom::models
