#include "models/mambair/network.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

TokenGroup<MambaIrBlock> group(const MambaIrConfig& config, int index) {
  std::vector<MambaIrBlock> blocks;
  for (int i = 0; i < config.depths[static_cast<std::size_t>(index)]; ++i) blocks.push_back(MambaIrBlock(config));
  return TokenGroup<MambaIrBlock>(std::move(blocks), swinEndingOf(config), /*nested=*/true);
}

}  // namespace

MambaIrImpl::MambaIrImpl(const MambaIrConfig& config)
    : config_(config),
      body_(*this, {config.channels, swinEndingOf(config), config.depths.size()},
            [&](int index) { return group(config, index); }),
      head_(*this, config.head, config.features, config.channels) {}

at::Tensor MambaIrImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor x = image - mean;
  return head_.forward(body_.forward(x, observer), x) + mean;
}

}  // namespace heirloom::models
