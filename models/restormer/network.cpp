#include "models/restormer/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-5;

ConvolutionOptions pointwise(int in, int out) {
  return {.in = in, .out = out, .kernel = 1, .bias = false};
}

ConvolutionOptions depthwise(int features) {
  return {.in = features, .out = features, .groups = features, .bias = false};
}

}  // namespace

BiasFreeNormImpl::BiasFreeNormImpl(std::int64_t channels)
    : weight_(register_parameter("weight", at::empty({channels}))) {}

at::Tensor BiasFreeNormImpl::forward(const at::Tensor& x) {
  const at::Tensor values = x.to(at::kFloat);
  const at::Tensor variance = values.var(at::IntArrayRef{-1}, /*correction=*/at::Scalar(0), /*keepdim=*/true);
  return (values * (variance + kEpsilon).rsqrt() * weight_).to(x.scalar_type());
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
    made.withBias = owner->register_module("body", LayerNorm(features, kEpsilon));
  } else {
    made.withoutBias = owner->register_module("body", BiasFreeNorm(features));
  }
  return made;
}

RestormerBlockImpl::RestormerBlockImpl(const RestormerConfig& config, int features, int heads)
    : heads_(heads),
      norm1_(norm(config, "norm1", features)),
      norm2_(norm(config, "norm2", features)),
      qkv_(pointwise(features, 3 * features)),
      qkv_dwconv_(depthwise(3 * features)),
      attended_(pointwise(features, features)) {
  const auto attn = submodule(*this, "attn");
  temperature_ = attn->register_parameter("temperature", at::empty({heads, 1, 1}));
  attn->register_module("qkv", qkv_);
  attn->register_module("qkv_dwconv", qkv_dwconv_);
  attn->register_module("project_out", attended_);
  ffn_ = GatedConvolutions(*submodule(*this, "ffn"), features, config.hiddenOf(features));
}

at::Tensor RestormerBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = toTokens(qkv_dwconv_->forward(qkv_->forward(norm1_.forward(x))));
  const at::Tensor seen =
      transposedAttention(qkv.flatten(1, 2), heads_, temperature_).view({x.size(0), x.size(2), x.size(3), x.size(1)});
  const at::Tensor y = attended_->plus(x, toImage(seen));
  return ffn_.plus(y, norm2_.forward(y));
}

std::vector<RestormerBlock> RestormerNetImpl::level(const RestormerConfig& config, const std::string& name, int count,
                                                    int features, int heads) {
  const auto owner = submodule(*this, name);
  std::vector<RestormerBlock> blocks;
  for (int i = 0; i < count; ++i) {
    blocks.push_back(owner->register_module(std::to_string(i), RestormerBlock(config, features, heads)));
  }
  return blocks;
}

Convolution RestormerNetImpl::resampler(const std::string& name, int in, int out) {
  const auto body = submodule(*submodule(*this, name), "body");
  return body->register_module("0", Convolution(ConvolutionOptions{.in = in, .out = out, .bias = false}));
}

RestormerNetImpl::RestormerNetImpl(const RestormerConfig& config)
    : config_(config),
      patch_embed_(ConvolutionOptions{.in = config.inputs, .out = config.width, .bias = false, .outer = true}),
      output_(ConvolutionOptions{.in = 2 * config.width, .out = config.channels, .bias = false, .outer = true}) {
  submodule(*this, "patch_embed")->register_module("proj", patch_embed_);
  int features = config.width;
  for (int i = 0; i < 4; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::string name = i == 3 ? "latent" : "encoder_level" + std::to_string(i + 1);
    encoders_.push_back(level(config, name, config.blocks.at(index), features, config.heads.at(index)));
    if (i == 3) break;
    downs_.push_back(resampler("down" + std::to_string(i + 1) + "_" + std::to_string(i + 2), features, features / 2));
    features *= 2;
  }
  for (int i = 2; i >= 0; --i) {
    const auto index = static_cast<std::size_t>(i);
    const std::string number = std::to_string(i + 1);
    ups_.push_back(resampler("up" + std::to_string(i + 2) + "_" + number, features, 2 * features));
    // On the first level what comes from below and from the encoder stay beside each other.
    if (i > 0) {
      reduces_.push_back(register_module("reduce_chan_level" + number, Convolution(pointwise(features, features / 2))));
      features /= 2;
    }
    decoders_.push_back(
        level(config, "decoder_level" + number, config.blocks.at(index), features, config.heads.at(index)));
  }
  refinement_ = level(config, "refinement", config.refinement, features, config.heads[0]);
  if (config.dualPixel()) {
    skip_conv_ = register_module("skip_conv", Convolution(pointwise(config.width, 2 * config.width)));
  }
  register_module("output", output_);
}

at::Tensor RestormerNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const auto through = [&](std::vector<RestormerBlock>& blocks, at::Tensor x) {
    for (RestormerBlock& block : blocks) {
      if (observer && observer->stopRequested()) throw Stopped{};
      x = block->forward(x);
    }
    return x;
  };
  const at::Tensor picture = padToMultiple(image, RestormerConfig::kSizeMultiple, Padding::Reflect);
  const bool twice = config_.dualPixel() && image.size(1) == config_.channels;
  const at::Tensor shallow =
      patch_embed_->forward(twice ? at::cat({picture, picture}, 1) : picture).to(downs_.front()->precision());
  at::Tensor x = shallow;
  std::vector<at::Tensor> skips;
  for (std::size_t i = 0; i < downs_.size(); ++i) {
    skips.push_back(through(encoders_[i], x));
    x = at::pixel_unshuffle(downs_[i]->forward(skips.back()), 2);
  }
  x = through(encoders_.back(), x);
  for (std::size_t i = 0; i < ups_.size(); ++i) {
    x = at::cat({at::pixel_shuffle(ups_[i]->forward(x), 2), skips[skips.size() - 1 - i]}, 1);
    if (i < reduces_.size()) x = reduces_[i]->forward(x);
    x = through(decoders_[i], x);
  }
  x = through(refinement_, x);
  x = skip_conv_ ? output_->forward(skip_conv_->plus(x, shallow)) : output_->plus(picture, x);
  return cropTo(x, image.size(2), image.size(3));
}

}  // namespace heirloom::models
