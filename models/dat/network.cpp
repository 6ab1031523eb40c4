#include "models/dat/network.h"

#include "models/common/padding.h"

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
      body_(*this,
            {config.channels * config.unshuffle * config.unshuffle,
             swinEndingOf(config),
             config.depths.size(),
             {"before_RG", "1"}},
            [&](int index) { return group(config, index); }) {
  if (!config.direct) {
    head_ = PixelShuffleHead(*this, config.features, config.channels, config.enlargement());
    return;
  }
  upsample_ =
      submodule(*this, "upsample")
          ->register_module(
              "0", Convolution(ConvolutionOptions{.in = config.features,
                                                  .out = config.channels * config.enlargement() * config.enlargement(),
                                                  .outer = true}));
}

at::Tensor DatImpl::forward(const at::Tensor& image, Observer* observer) {
  const int fold = config_.unshuffle;
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor x = padToMultiple(image, fold, Padding::Reflect) - mean;
  const at::Tensor deep = body_.forward(fold > 1 ? at::pixel_unshuffle(x, fold) : x, observer);
  const at::Tensor enlarged =
      config_.direct ? at::pixel_shuffle(upsample_->forward(deep), config_.enlargement()) : head_.forward(deep);
  return cropTo(enlarged + mean, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
