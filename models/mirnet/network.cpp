#include "models/mirnet/network.h"

#include <torch/types.h>

#include "models/common/level_size.h"
#include "models/common/padding.h"
#include "models/common/selective_fusion.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.2;

ConvolutionOptions leaky(ConvolutionOptions options) {
  options.activation = Activation::LeakyRelu;
  options.slope = kSlope;
  return options;
}

/// The convolution NAME.body.0.bot.INDEX, beside the part that resamples.
Convolution addResampler(torch::nn::Module& owner, const std::string& name, int index, int in, int out) {
  const auto parts = submodule(*submodule(*submodule(*submodule(owner, name), "body"), "0"), "bot");
  return parts->register_module(std::to_string(index), Convolution(pointwise(in, out, {.bias = false})));
}

}  // namespace

MirContextBlockImpl::MirContextBlockImpl(int features, int groups)
    : conv0_(leaky(withoutBias(features, features, {.groups = groups}))),
      conv2_(withoutBias(features, features, {.groups = groups})),
      mask_(pointwise(features, 1, {.bias = false})),
      context0_(leaky(pointwise(features, features, {.bias = false}))),
      context2_(pointwise(features, features, {.bias = false})) {
  const auto body = submodule(*this, "body");
  body->register_module("0", conv0_);
  body->register_module("2", conv2_);
  const auto context = submodule(*this, "gcnet");
  context->register_module("conv_mask", mask_);
  const auto added = submodule(*context, "channel_add_conv");
  added->register_module("0", context0_);
  added->register_module("2", context2_);
}

at::Tensor MirContextBlockImpl::forward(const at::Tensor& x) {
  at::Tensor y = conv2_->forward(conv0_->forward(x));
  const at::Tensor context = WholeStatistics::of(y, [this](const at::Tensor& whole) {
    const at::Tensor logits = mask_->forward(whole).flatten(2).to(at::kFloat);
    const at::Tensor counts = logits.softmax(2).to(whole.scalar_type());        // N 1 HW
    const at::Tensor mean = at::matmul(counts, toTokens(whole).flatten(1, 2));  // N 1 C
    return mean.view({whole.size(0), -1, 1, 1}).to(at::kFloat);
  });
  y = y + context2_->forward(context0_->forward(context.to(y.scalar_type())));
  return activated(y, Activation::LeakyRelu, kSlope) + x;
}

MirFusionImpl::MirFusionImpl(int features)
    : squeeze_(leaky(pointwise(features, squeezedOf(features), {.bias = false}))),
      first_(pointwise(squeezedOf(features), features, {.bias = false})),
      second_(pointwise(squeezedOf(features), features, {.bias = false})) {
  submodule(*this, "conv_du")->register_module("0", squeeze_);
  const auto shares = submodule(*this, "fcs");
  shares->register_module("0", first_);
  shares->register_module("1", second_);
}

at::Tensor MirFusionImpl::forward(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor squeezed = squeeze_->forward(channelMeans(a) + channelMeans(b));
  // Of two a softmax is a sigmoid.
  const at::Tensor share = (first_->forward(squeezed) - second_->forward(squeezed)).to(at::kFloat).sigmoid();
  return at::lerp(b, a, share.to(a.scalar_type()));
}

MirScalesBlockImpl::MirScalesBlockImpl(const MirNetConfig& config, int groups)
    : dau_top_(register_module("dau_top", MirContextBlock(config.features[0], groups))),
      dau_mid_(register_module("dau_mid", MirContextBlock(config.features[1], groups))),
      dau_bot_(register_module("dau_bot", MirContextBlock(config.features[2], groups))),
      down2_(addResampler(*this, "down2", 1, config.features[0], config.features[1])),
      down40_{nullptr},
      down41_{nullptr},
      toTop_{addResampler(*this, "up21_1", 0, config.features[1], config.features[0]),
             addResampler(*this, "up21_2", 0, config.features[1], config.features[0])},
      toMid_{addResampler(*this, "up32_1", 0, config.features[2], config.features[1]),
             addResampler(*this, "up32_2", 0, config.features[2], config.features[1])},
      conv_out_(
          register_module("conv_out", Convolution(pointwise(config.features[0], config.features[0], {.bias = false})))),
      skff_top_(register_module("skff_top", MirFusion(config.features[0]))),
      skff_mid_(register_module("skff_mid", MirFusion(config.features[1]))) {
  const auto down4 = submodule(*this, "down4");
  down40_ = addResampler(*down4, "0", 1, config.features[0], config.features[1]);
  down41_ = addResampler(*down4, "1", 1, config.features[1], config.features[2]);
}

at::Tensor MirScalesBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor half = halved(x);
  at::Tensor top = x, mid = down2_->forward(half), bottom = down41_->forward(halved(down40_->forward(half)));
  for (std::size_t pass = 0; pass < toTop_.size(); ++pass) {
    top = dau_top_->forward(top);
    mid = dau_mid_->forward(mid);
    bottom = dau_bot_->forward(bottom);
    mid = skff_mid_->forward(mid, doubled(toMid_.at(pass)->forward(bottom)));
    top = skff_top_->forward(top, doubled(toTop_.at(pass)->forward(mid)));
  }
  return conv_out_->plus(x, top);
}

MirNetImpl::MirNetImpl(const MirNetConfig& config)
    : config_(config),
      conv_in_(
          register_module("conv_in", Convolution(withoutBias(config.inputs, config.features[0], {.outer = true})))),
      conv_out_(
          register_module("conv_out", Convolution(withoutBias(config.features[0], config.channels, {.outer = true})))) {
  const auto groups = submodule(*this, "body");
  for (const int ofConvolutions : config.groups) {
    const auto body = submodule(*submodule(*groups, std::to_string(body_.size())), "body");
    Group& group = body_.emplace_back();
    for (int i = 0; i < config.blocks; ++i)
      group.blocks.push_back(body->register_module(std::to_string(i), MirScalesBlock(config, ofConvolutions)));
    group.last = body->register_module(std::to_string(config.blocks),
                                       Convolution(withoutBias(config.features[0], config.features[0])));
  }
}

at::Tensor MirNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, MirNetConfig::kSizeMultiple, Padding::Reflect);
  const bool twice = config_.dualPixel() && image.size(1) == config_.channels;
  const at::Tensor shallow = conv_in_->forward(twice ? at::cat({picture, picture}, 1) : picture);
  at::Tensor x = shallow.to(body_.front().last->precision());
  for (Group& group : body_) x = group.last->plus(x, through(group.blocks, x, observer));
  x = config_.dualPixel() ? conv_out_->forward(x + shallow) : conv_out_->plus(picture, x);
  return cropTo(x, image.size(2), image.size(3));
}

}  // namespace heirloom::models
