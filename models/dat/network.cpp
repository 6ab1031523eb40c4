#include "models/dat/network.h"

namespace heirloom::models {
namespace {

/// Every other spatial block is shifted; groups begin with a shifted one in turns.
bool shiftedAt(int group, int index) {
  return group % 2 == 0 ? index % 4 == 2 : index % 4 == 0;
}

TokenGroup<DatBlock> group(const DatConfig& config, int index) {
  std::vector<DatBlock> blocks;
  for (int i = 0; i < config.depths[static_cast<std::size_t>(index)]; ++i) blocks.push_back(DatBlock(config, index, i));
  return TokenGroup<DatBlock>(std::move(blocks), swinEndingOf(config), /*nested=*/false);
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

DatImpl::DatImpl(const DatConfig& config)
    : config_(config),
      body_(*this, {config.channels, swinEndingOf(config), config.depths.size(), {"before_RG", "1"}},
            [&](int index) { return group(config, index); }) {
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
  const at::Tensor deep = body_.forward(image - mean, observer);
  if (!config_.direct) return head_.forward(deep) + mean;
  return at::pixel_shuffle(upsample_->forward(deep), config_.scale) + mean;
}

}  // namespace heirloom::models
