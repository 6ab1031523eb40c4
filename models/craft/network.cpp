#include "models/craft/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {

CraftGroupImpl::CraftGroupImpl(const CraftConfig& config, int depth)
    : conv_(ConvolutionOptions{.in = config.features, .out = config.features}) {
  const auto group = submodule(*this, "residual_group");
  const auto windows = submodule(*group, "srwa_blocks");
  const auto refinements = submodule(*group, "hfer_blocks");
  const auto fusions = submodule(*group, "hf_blocks");
  for (int i = 0; i < depth; ++i) {
    const std::string number = std::to_string(i);
    const auto add = [&](int index, bool shifted) {
      return windows->register_module(std::to_string(index), CraftWindowBlock(config, shifted));
    };
    blocks_.push_back({add(2 * i, /*shifted=*/false), add(2 * i + 1, /*shifted=*/true),
                       refinements->register_module(number, CraftRefinement(config.features)),
                       fusions->register_module(number, CraftFusion(config))});
  }
  register_module("conv", conv_);
}

at::Tensor CraftGroupImpl::forward(const at::Tensor& x, Observer* observer) {
  at::Tensor y = x;
  for (Block& block : blocks_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    const at::Tensor low = toImage(block.shifted->forward(block.still->forward(toTokens(y))));
    y = block.fusion->forward(low, block.refinement->forward(y));
  }
  return conv_->plus(x, y);
}

CraftImpl::CraftImpl(const CraftConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      norm_(config.features),
      upsample_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  // The windows' tables, which follow from their sides: shared by all blocks, h of those that lie, v of those that
  // stand.
  const std::int64_t tokens = std::int64_t{config.shortSide} * config.longSide;
  const std::int64_t offsets = (2 * config.shortSide - 1) * (2 * config.longSide - 1);
  for (const std::string direction : {"h", "v"}) {
    register_buffer("relative_position_index_" + direction, at::empty({tokens, tokens}, at::kLong));
    register_buffer("biases_" + direction, at::empty({offsets, 2}));
  }
  const auto layers = submodule(*this, "layers");
  for (const int depth : config.depths) {
    layers_.push_back(layers->register_module(std::to_string(layers_.size()), CraftGroup(config, depth)));
  }
  submodule(*this, "norm")->register_module("body", norm_);
  if (config.lastConvolution) {
    const ConvolutionOptions options{.in = config.features, .out = config.features};
    conv_after_body_ = register_module("conv_after_body", Convolution(options));
  }
  submodule(*this, "upsample")->register_module("0", upsample_);
}

at::Tensor CraftImpl::forward(const at::Tensor& image, Observer* observer) {
  // Whole windows more than there are, even where they are whole already: attention looks at all of it.
  const auto full = [&](std::int64_t side) { return (side / config_.longSide + 1) * config_.longSide; };
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor picture = mirroredTo(image, full(image.size(2)), full(image.size(3)), Mirror::WithEdge) - mean;
  const at::Tensor shallow = conv_first_->forward(picture).to(layers_.front()->precision());
  at::Tensor x = shallow;
  for (CraftGroup& group : layers_) x = group->forward(x, observer);
  x = toImage(norm_->forward(toTokens(x)));
  x = conv_after_body_ ? conv_after_body_->plus(shallow, x) : x + shallow;
  const at::Tensor enlarged = at::pixel_shuffle(upsample_->forward(x), config_.scale) + mean;
  return cropTo(enlarged, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
