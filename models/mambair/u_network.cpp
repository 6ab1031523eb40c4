#include "models/mambair/u_network.h"

#include <torch/types.h>

#include "models/common/padding.h"

namespace heirloom::models {

at::Tensor MambaIrUBlockImpl::forward(const at::Tensor& x) {
  return toImage(MambaIrBlockImpl::forward(toTokens(x).contiguous()));
}

MambaIrUImpl::MambaIrUImpl(const MambaIrUConfig& config)
    : u_(*this, {config.channels, config.channels, config.width, config.blocks, config.refinement},
         [&](int features, std::size_t level) { return MambaIrUBlock(config.block(features, level)); }) {}

at::Tensor MambaIrUImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, MambaIrUConfig::kSizeMultiple, Padding::Reflect);
  const at::Tensor deep = u_.deep(u_.shallow(picture), observer);
  return cropTo(u_.output()->plus(picture, deep), image.size(2), image.size(3));
}

}  // namespace heirloom::models
