#include "models/safmnbcie/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr int kBlockMultiple = 8;  // of the sides that SAFMN's blocks take

}  // namespace

SafmnBcieGroupImpl::SafmnBcieGroupImpl(const SafmnBcieConfig& config)
    : conv_(register_module("conv", Convolution(ConvolutionOptions{.in = config.features, .out = config.features}))) {
  const auto layers = submodule(*this, "layers");
  const SafmnConfig block{.features = config.features, .hidden = config.hidden};
  for (int i = 0; i < config.blocks; ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), SafmnBlock(block)));
  }
}

at::Tensor SafmnBcieGroupImpl::forward(const at::Tensor& x, Observer* observer) {
  return conv_->plus(x, through(layers_, x, observer));
}

SafmnBcieImpl::SafmnBcieImpl(const SafmnBcieConfig& config)
    : fold_(config.fold),
      to_feat_(
          ConvolutionOptions{.in = config.channels * config.fold * config.fold, .out = config.features, .outer = true}),
      widen_(ConvolutionOptions{.in = config.features, .out = config.features * config.fold * config.fold}),
      last_(ConvolutionOptions{.in = config.features, .out = config.channels, .outer = true}) {
  submodule(*this, "to_feat")->register_module("1", to_feat_);
  const auto feats = submodule(*this, "feats");
  for (int i = 0; i < config.groups; ++i) {
    feats_.push_back(feats->register_module(std::to_string(i), SafmnBcieGroup(config)));
  }
  const auto toImage = submodule(*this, "to_img");
  toImage->register_module("0", widen_);
  toImage->register_module("2", last_);
}

at::Tensor SafmnBcieImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor padded = padToMultiple(image, std::int64_t{kBlockMultiple} * fold_, Padding::Reflect);
  const at::Tensor shallow = to_feat_->forward(at::pixel_unshuffle(padded, fold_)).to(widen_->precision());
  at::Tensor x = shallow;
  for (SafmnBcieGroup& group : feats_) x = group->forward(x, observer);
  return cropTo(last_->forward(at::pixel_shuffle(widen_->forward(x + shallow), fold_)), image.size(2), image.size(3));
}

}  // namespace heirloom::models
