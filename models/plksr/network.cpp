#include "models/plksr/network.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kLayerNormEpsilon = 1e-6;
constexpr double kGroupNormEpsilon = 1e-5;
constexpr int kGroups = 4;

/// Means of values and of their squares, which may be averaged: 2 N groups. Double, because their difference may be
/// small beside them.
at::Tensor momentsOfGroups(const at::Tensor& x) {
  const at::Tensor groups = x.reshape({x.size(0), kGroups, -1});
  const auto [variance, mean] = at::var_mean(groups, at::IntArrayRef{2}, /*correction=*/at::Scalar(0), false);
  const at::Tensor first = mean.to(at::kDouble);
  return at::stack({first, variance.to(at::kDouble) + first.square()});
}

}  // namespace

PlksrGroupNormImpl::PlksrGroupNormImpl(std::int64_t channels)
    : weight_(register_parameter("weight", at::empty({channels}))),
      bias_(register_parameter("bias", at::empty({channels}))) {}

at::Tensor PlksrGroupNormImpl::forward(const at::Tensor& x) {
  const at::Tensor values = x.to(at::kFloat);
  if (!WholeStatistics::inUse())
    return at::group_norm(values, kGroups, weight_, bias_, kGroupNormEpsilon).to(x.scalar_type());
  const at::Tensor moments = WholeStatistics::of(values, momentsOfGroups);
  const at::Tensor mean = moments.select(0, 0), variance = moments.select(0, 1) - mean.square();
  const auto ofChannels = [&](const at::Tensor& ofGroups) {
    return ofGroups.to(at::kFloat).repeat_interleave(x.size(1) / kGroups, 1).view({-1, x.size(1), 1, 1});
  };
  const at::Tensor gain = ofChannels((variance + kGroupNormEpsilon).rsqrt()) * weight_.view({1, -1, 1, 1});
  return at::addcmul(bias_.view({1, -1, 1, 1}) - ofChannels(mean) * gain, values, gain).to(x.scalar_type());
}

void PlksrGroupNormImpl::place(const Placement& placement) {
  for (at::Tensor* tensor : {&weight_, &bias_}) tensor->set_data(tensor->to(placement.device, at::kFloat));
}

PlksrBlockImpl::PlksrBlockImpl(const PlksrConfig& config)
    : config_(config),
      mixer0_(ConvolutionOptions{.in = config.features,
                                 .out = 2 * config.features,
                                 .kernel = config.mixerFirst,
                                 .activation = config.real ? Activation::None : Activation::Gelu}),
      mixer2_(ConvolutionOptions{.in = 2 * config.features, .out = config.features, .kernel = config.mixerSecond}),
      lk_(ConvolutionOptions{.in = config.partial, .out = config.partial, .kernel = config.kernel}),
      refine_(ConvolutionOptions{.in = config.features, .out = config.features, .kernel = 1}) {
  const auto part = [this](const char* name) { return submodule(*this, name); };
  if (config.layerNorm) layer_norm_ = register_module("layer_norm", LayerNorm(config.features, kLayerNormEpsilon));
  const auto mixer = part(config.real ? "channel_mixer" : "channe_mixer");  // the files' spelling
  mixer->register_module("0", mixer0_);
  mixer->register_module("2", mixer2_);
  part("lk")->register_module("conv", lk_);
  if (config.attention) {
    attn_ = submodule(*part("attn"), "f")
                ->register_module("0", Convolution(ConvolutionOptions{.in = config.features, .out = config.features}));
  }
  register_module("refine", refine_);
  if (config.real && !config.layerNorm) norm_ = register_module("norm", PlksrGroupNorm(config.features));
}

at::Tensor PlksrBlockImpl::forward(const at::Tensor& x) {
  at::Tensor y = layer_norm_ ? toImage(layer_norm_->forward(toTokens(x))) : x;
  y = mixer0_->forward(y);
  y = mixer2_->forward(config_.real ? at::mish(y) : y);
  const std::int64_t others = config_.features - config_.partial;
  y = at::cat({lk_->forward(y.narrow(1, 0, config_.partial)), y.narrow(1, config_.partial, others)}, 1);
  if (attn_) y = y * attn_->forward(y).sigmoid();
  return norm_ ? x + norm_->forward(refine_->forward(y)) : refine_->plus(x, y);
}

PlksrImpl::PlksrImpl(const PlksrConfig& config)
    : config_(config),
      first_(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}),
      last_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  const auto feats = submodule(*this, "feats");
  feats->register_module("0", first_);
  for (int i = 1; i <= config.blocks; ++i) {
    blocks_.push_back(feats->register_module(std::to_string(i), PlksrBlock(config)));
  }
  // Between its blocks and the last convolution RealPLKSR counts a dropout.
  feats->register_module(std::to_string(config.blocks + (config.real ? 2 : 1)), last_);
  if (config.dySample) {
    const int groups = config.scale % 2 == 1 ? config.channels : 4;
    to_img_ = register_module(
        "to_img", DySample(config.channels * config.scale * config.scale, config.channels, config.scale, groups));
  }
}

at::Tensor PlksrImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor x = first_->forward(image).to(blocks_.empty() ? at::kFloat : blocks_.front()->precision());
  x = through(blocks_, std::move(x), observer);
  x = last_->forward(x);
  if (to_img_) {
    return to_img_->forward(x + image.repeat_interleave(static_cast<std::int64_t>(config_.scale) * config_.scale, 1));
  }
  return at::pixel_shuffle(x, config_.scale) +
         at::upsample_nearest2d(image, {image.size(2) * config_.scale, image.size(3) * config_.scale});
}

}  // namespace heirloom::models
