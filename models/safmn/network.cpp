#include "models/safmn/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-6;

}  // namespace

SafmnBlockImpl::SafmnBlockImpl(const SafmnConfig& config)
    : norm1_(register_module("norm1", LayerNorm(config.features, kEpsilon))),
      norm2_(register_module("norm2", LayerNorm(config.features, kEpsilon))),
      aggr_(ConvolutionOptions{
          .in = config.features, .out = config.features, .kernel = 1, .activation = Activation::Gelu}),
      ccm0_(ConvolutionOptions{.in = config.features, .out = config.hidden, .activation = Activation::Gelu}),
      ccm2_(ConvolutionOptions{.in = config.hidden, .out = config.features, .kernel = 1}) {
  const auto safm = submodule(*this, "safm");
  const auto mfr = submodule(*safm, "mfr");
  const int share = config.features / SafmnConfig::kScales;
  for (int i = 0; i < SafmnConfig::kScales; ++i) {
    const ConvolutionOptions depthwise{.in = share, .out = share, .groups = share};
    mfr_.push_back(mfr->register_module(std::to_string(i), Convolution(depthwise)));
  }
  safm->register_module("aggr", aggr_);
  const auto ccm = submodule(*submodule(*this, "ccm"), "ccm");
  ccm->register_module("0", ccm0_);
  ccm->register_module("2", ccm2_);
}

at::Tensor SafmnBlockImpl::modulated(const at::Tensor& x) {
  std::vector<at::Tensor> shares = x.chunk(SafmnConfig::kScales, 1);
  for (int i = 0; i < SafmnConfig::kScales; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (i == 0) {
      shares[at] = mfr_[at]->forward(shares[at]);
      continue;
    }
    const std::int64_t side = std::int64_t{1} << i;
    const at::Tensor small = mfr_[at]->forward(at::max_pool2d(shares[at].contiguous(), {side, side}));
    shares[at] = at::upsample_nearest2d(small, {x.size(2), x.size(3)});
  }
  return aggr_->forward(at::cat(shares, 1)) * x;
}

at::Tensor SafmnBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = x + modulated(toImage(norm1_->forward(toTokens(x))));
  return ccm2_->plus(y, ccm0_->forward(toImage(norm2_->forward(toTokens(y)))));
}

SafmnImpl::SafmnImpl(const SafmnConfig& config)
    : scale_(config.scale),
      to_feat_(register_module(
          "to_feat", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      to_img_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  const auto feats = submodule(*this, "feats");
  for (int i = 0; i < config.blocks; ++i) {
    feats_.push_back(feats->register_module(std::to_string(i), SafmnBlock(config)));
  }
  submodule(*this, "to_img")->register_module("0", to_img_);
}

at::Tensor SafmnImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = to_feat_->forward(padToMultiple(image, SafmnConfig::kSizeMultiple, Padding::Reflect));
  at::Tensor x = feats_.empty() ? shallow : shallow.to(feats_.front()->precision());
  x = through(feats_, std::move(x), observer);
  return cropTo(at::pixel_shuffle(to_img_->forward(x + shallow), scale_), image.size(2) * scale_,
                image.size(3) * scale_);
}

}  // namespace heirloom::models
