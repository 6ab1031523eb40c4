#include "models/srformer/network.h"

#include <torch/types.h>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

TokenGroup<SrFormerBlock> group(const SrFormerConfig& config, int index) {
  std::vector<SrFormerBlock> blocks;
  for (int i = 0; i < config.depths[static_cast<std::size_t>(index)]; ++i)
    blocks.push_back(SrFormerBlock(config, i % 2 == 1 ? config.window / 2 : 0));
  return TokenGroup<SrFormerBlock>(std::move(blocks), swinEndingOf(config), /*nested=*/true);
}

}  // namespace

SrFormerImpl::SrFormerImpl(const SrFormerConfig& config)
    : config_(config),
      body_(*this, {config.channels, swinEndingOf(config), config.depths.size()},
            [&](int index) { return group(config, index); }),
      head_(*this, config.head, config.features, config.channels) {}

at::Tensor SrFormerImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor x = padToMultiple(image, config_.window, Padding::Reflect) - mean;
  const at::Tensor deep = body_.forward(x, observer);
  const std::int64_t scale = config_.head.scale;
  return cropTo(head_.forward(deep, x) + mean, image.size(2) * scale, image.size(3) * scale);
}

}  // namespace heirloom::models
