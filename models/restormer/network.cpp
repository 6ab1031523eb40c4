#include "models/restormer/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr double kVarianceEpsilon = 1e-5;

}  // namespace

BiasFreeNormImpl::BiasFreeNormImpl(std::int64_t channels)
    : weight_(register_parameter("weight", at::empty({channels}))) {}

at::Tensor BiasFreeNormImpl::forward(const at::Tensor& x) {
  const at::Tensor values = x.to(at::kFloat);
  const at::Tensor variance = values.var(at::IntArrayRef{-1}, /*correction=*/at::Scalar(0), /*keepdim=*/true);
  return (values * (variance + kVarianceEpsilon).rsqrt() * weight_).to(x.scalar_type());
}

void BiasFreeNormImpl::place(const Placement& placement) {
  weight_.set_data(weight_.to(placement.device, at::kFloat));
}

at::Tensor RestormerBlockImpl::Norm::forward(const at::Tensor& x) {
  const at::Tensor tokens = toTokens(x);
  return toImage(withBias ? withBias->forward(tokens) : withoutBias->forward(tokens));
}

RestormerBlockImpl::Norm RestormerBlockImpl::norm(const RestormerConfig& config, const char* name, int features) {
  const auto owner = submodule(*this, name);
  Norm made;
  if (config.withBias) {
    made.withBias = owner->register_module("body", LayerNorm(features, kVarianceEpsilon));
  } else {
    made.withoutBias = owner->register_module("body", BiasFreeNorm(features));
  }
  return made;
}

RestormerBlockImpl::RestormerBlockImpl(const RestormerConfig& config, int features, int heads)
    : norm1_(norm(config, "norm1", features)),
      norm2_(norm(config, "norm2", features)),
      attn_(*this, "attn", features, heads),
      ffn_(*submodule(*this, "ffn"), features, config.hiddenOf(features)) {}

at::Tensor RestormerBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = attn_.plus(x, norm1_.forward(x));
  return ffn_.plus(y, norm2_.forward(y));
}

RestormerNetImpl::RestormerNetImpl(const RestormerConfig& config)
    : config_(config),
      u_(*this, {config.inputs, config.channels, config.width, config.blocks, config.refinement},
         [&](int features, std::size_t level) { return RestormerBlock(config, features, config.heads.at(level)); }) {
  if (config.dualPixel())
    skip_conv_ = register_module("skip_conv", Convolution(pointwise(config.width, 2 * config.width, {.bias = false})));
}

at::Tensor RestormerNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, RestormerConfig::kSizeMultiple, Padding::Reflect);
  const bool twice = config_.dualPixel() && image.size(1) == config_.channels;
  const at::Tensor shallow = u_.shallow(twice ? at::cat({picture, picture}, 1) : picture);
  at::Tensor x = u_.deep(shallow, observer);
  x = skip_conv_ ? u_.output()->forward(skip_conv_->plus(x, shallow)) : u_.output()->plus(picture, x);
  return cropTo(x, image.size(2), image.size(3));
}

}  // namespace heirloom::models
