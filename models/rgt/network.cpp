#include "models/rgt/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr int kLeastSide = 16;  // two reductions of the summary

TokenGroup<RgtBlock> group(const RgtConfig& config, int index) {
  std::vector<RgtBlock> blocks;
  for (int i = 0; i < config.depths[static_cast<std::size_t>(index)]; ++i) blocks.push_back(RgtBlock(config, index, i));
  return TokenGroup<RgtBlock>(std::move(blocks), swinEndingOf(config), /*nested=*/false);
}

}  // namespace

RgtImpl::RgtImpl(const RgtConfig& config)
    : config_(config),
      body_(*this, {config.channels, swinEndingOf(config), config.depths.size(), {"before_RG", "1"}},
            [&](int index) { return group(config, index); }),
      head_(*this, config.features, config.channels, config.scale) {}

at::Tensor RgtImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const bool small = std::min(image.size(2), image.size(3)) < kLeastSide;
  const at::Tensor x = (small ? padToMultiple(image, kLeastSide, Padding::Reflect) : image) - mean;
  const at::Tensor deep = body_.forward(x, observer);
  return cropTo(head_.forward(deep) + mean, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
