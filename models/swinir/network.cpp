#include "models/swinir/network.h"

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.2;
constexpr double kHeadSlope = 0.01;  // of the convolution before the enlargement, and no other
constexpr int kHeadFeatures = SwinIrConfig::kHeadFeatures;

/// The pixel shuffles that a scale is made of: 3, or 2 again and again.
std::vector<int> shuffles(int scale) {
  if (scale == 3) return {3};
  std::vector<int> factors;
  for (int left = scale; left > 1; left /= 2) factors.push_back(2);
  return factors;
}

}  // namespace

SwinEnding::SwinEnding(torch::nn::Module& owner, const std::string& name, const SwinIrConfig& config) {
  const int f = config.features;
  if (!config.threeConvolutions) {
    convolutions_ = {owner.register_module(name, Convolution(ConvolutionOptions{.in = f, .out = f}))};
    return;
  }
  const auto three = submodule(owner, name);
  convolutions_ = {three->register_module("0", Convolution(leaky(f, f / 4, kSlope))),
                   three->register_module("2", Convolution(leaky(f / 4, f / 4, kSlope, /*kernel=*/1))),
                   three->register_module("4", Convolution(ConvolutionOptions{.in = f / 4, .out = f}))};
}

at::Tensor SwinEnding::plus(const at::Tensor& residual, const at::Tensor& x) {
  at::Tensor inner = x;
  for (std::size_t i = 0; i + 1 < convolutions_.size(); ++i) inner = convolutions_[i]->forward(inner);
  return convolutions_.back()->plus(residual, inner);
}

at::Tensor SwinEnding::forward(const at::Tensor& x) {
  at::Tensor result = x;
  for (Convolution& convolution : convolutions_) result = convolution->forward(result);
  return result;
}

SwinGroupImpl::SwinGroupImpl(const SwinIrConfig& config, int depth) {
  const auto group = submodule(*this, "residual_group");
  const auto blocks = submodule(*group, "blocks");
  for (int i = 0; i < depth; ++i) {
    blocks_.push_back(blocks->register_module(
        std::to_string(i), SwinBlock(SwinBlockConfig{.features = config.features,
                                                     .heads = config.heads,
                                                     .hidden = config.hidden,
                                                     .window = config.window,
                                                     .shift = config.shifts && i % 2 == 1 ? config.window / 2 : 0,
                                                     .second = config.second})));
  }
  conv_ = SwinEnding(*this, "conv", config);
  if (!config.second) return;
  const auto embed = submodule(*this, "patch_embed");
  projection_ = embed->register_module(
      "proj", Convolution(ConvolutionOptions{.in = config.features, .out = config.features, .kernel = 1}));
}

at::Tensor SwinGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  const at::Tensor x = through(blocks_, tokens, observer);
  const at::Tensor residual = toImage(tokens);
  return toTokens(projection_ ? projection_->plus(residual, conv_.forward(toImage(x)))
                              : conv_.plus(residual, toImage(x)));
}

SwinIrImpl::SwinIrImpl(const SwinIrConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first",
          Convolution(ConvolutionOptions{
              .in = config.channels * config.unshuffle * config.unshuffle, .out = config.features, .outer = true}))),
      embeddingNorm_(config.features),
      norm_(config.features) {
  const int f = config.features;
  const int c = config.channels;
  const auto add = [this](const char* name, const ConvolutionOptions& options) {
    return register_module(name, Convolution(options));
  };
  const auto sequential = [this](const char* name) { return submodule(*this, name); };
  const auto embed = sequential("patch_embed");
  if (config.second) {
    embedding_ = embed->register_module("proj", Convolution(ConvolutionOptions{.in = f, .out = f, .kernel = 1}));
  }
  embed->register_module("norm", embeddingNorm_);
  const auto layers = sequential("layers");
  for (std::size_t i = 0; i < config.depths.size(); ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), SwinGroup(config, config.depths[i])));
  }
  register_module("norm", norm_);
  conv_after_body_ = SwinEnding(*this, "conv_after_body", config);

  const ConvolutionOptions last{.in = kHeadFeatures, .out = c, .outer = true};
  const auto addBefore = [&] {
    conv_before_upsample_ =
        sequential("conv_before_upsample")->register_module("0", Convolution(leaky(f, kHeadFeatures, kHeadSlope)));
  };
  const auto addShuffles = [&] {
    const auto upsample = sequential("upsample");
    for (const int factor : shuffles(config.enlargement())) {
      const ConvolutionOptions options{.in = kHeadFeatures, .out = kHeadFeatures * factor * factor};
      upsample_.push_back(upsample->register_module(std::to_string(2 * upsample_.size()), Convolution(options)));
    }
  };
  switch (config.head) {
    case SwinIrHead::Residual:
      conv_last_ = add("conv_last", {.in = f, .out = c, .outer = true});
      break;
    case SwinIrHead::PixelShuffleDirect: {
      const ConvolutionOptions direct{.in = f, .out = c * config.enlargement() * config.enlargement(), .outer = true};
      upsample_ = {sequential("upsample")->register_module("0", Convolution(direct))};
      break;
    }
    case SwinIrHead::PixelShuffle:
      addBefore();
      addShuffles();
      conv_last_ = add("conv_last", last);
      break;
    case SwinIrHead::NearestConvolution:
      addBefore();
      conv_up1_ = add("conv_up1", leaky(kHeadFeatures, kHeadFeatures, kSlope));
      if (config.enlargement() >= 4) conv_up2_ = add("conv_up2", leaky(kHeadFeatures, kHeadFeatures, kSlope));
      if (config.enlargement() >= 8) conv_up3_ = add("conv_up3", leaky(kHeadFeatures, kHeadFeatures, kSlope));
      conv_hr_ = add("conv_hr", leaky(kHeadFeatures, kHeadFeatures, kSlope));
      conv_last_ = add("conv_last", last);
      break;
    case SwinIrHead::Auxiliary:
      conv_bicubic_ = add("conv_bicubic", {.in = c, .out = kHeadFeatures, .outer = true});
      addBefore();
      conv_aux_ = add("conv_aux", last);
      conv_after_aux_ =
          sequential("conv_after_aux")->register_module("0", Convolution(leaky(c, kHeadFeatures, kHeadSlope)));
      addShuffles();
      conv_last_ = add("conv_last", last);
      break;
  }
}

at::Tensor SwinIrImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = config_.channels == 3
                              ? at::tensor({0.4488F, 0.4371F, 0.4040F}, image.options()).view({1, 3, 1, 1})
                              : at::zeros({1, 1, 1, 1}, image.options());
  const int fold = config_.unshuffle;
  const std::int64_t multiple = static_cast<std::int64_t>(config_.window) * fold;
  const at::Tensor extended = mirroredTo(image, upToMultiple(image.size(2), multiple),
                                         upToMultiple(image.size(3), multiple), Mirror::WithoutEdge);
  const at::Tensor x = (extended - mean) * config_.range;
  const at::Tensor deep = deepFeatures(conv_first_->forward(fold == 1 ? x : at::pixel_unshuffle(x, fold)), observer);
  at::Tensor result;
  switch (config_.head) {
    case SwinIrHead::Residual:
      result = conv_last_->plus(x, deep);
      break;
    case SwinIrHead::PixelShuffleDirect:
      result = at::pixel_shuffle(upsample_.front()->forward(deep), config_.enlargement());
      break;
    case SwinIrHead::PixelShuffle:
      result = conv_last_->forward(shuffled(conv_before_upsample_->forward(deep)));
      break;
    case SwinIrHead::NearestConvolution:
      result = conv_last_->forward(nearest(conv_before_upsample_->forward(deep)));
      break;
    case SwinIrHead::Auxiliary:
      result = beside(conv_before_upsample_->forward(deep), x, image);
      break;
  }
  return (result / config_.range + mean)
      .slice(2, 0, image.size(2) * config_.scale)
      .slice(3, 0, image.size(3) * config_.scale);
}

at::Tensor SwinIrImpl::deepFeatures(const at::Tensor& shallow, Observer* observer) {
  const at::Tensor features = shallow.to(layers_.empty() ? at::kFloat : layers_.front()->precision());
  at::Tensor tokens = embeddingNorm_->forward(toTokens(embedding_ ? embedding_->forward(features) : features));
  for (SwinGroup& group : layers_) tokens = group->forward(tokens, observer);
  return conv_after_body_.plus(shallow.to(tokens.scalar_type()), toImage(norm_->forward(tokens)));
}

at::Tensor SwinIrImpl::shuffled(at::Tensor x) {
  const std::vector<int> factors = shuffles(config_.enlargement());
  for (std::size_t i = 0; i < upsample_.size(); ++i) x = at::pixel_shuffle(upsample_[i]->forward(x), factors[i]);
  return x;
}

at::Tensor SwinIrImpl::nearest(at::Tensor x) {
  for (Convolution* up : {&conv_up1_, &conv_up2_, &conv_up3_}) {
    if (!*up) continue;  // x2 enlarges once, x4 twice
    x = (*up)->forward(at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2}));
  }
  return conv_hr_->forward(x);
}

// The reference enlarges the padded picture to the size of the unpadded one's result, a little askew; so do we.
at::Tensor SwinIrImpl::beside(const at::Tensor& features, const at::Tensor& padded, const at::Tensor& image) {
  const std::int64_t height = image.size(2) * config_.scale;
  const std::int64_t width = image.size(3) * config_.scale;
  const at::Tensor bicubic =
      conv_bicubic_->forward(at::upsample_bicubic2d(padded, {height, width}, /*align_corners=*/false));
  const at::Tensor x = shuffled(conv_after_aux_->forward(conv_aux_->forward(features)));
  return conv_last_->forward(x.slice(2, 0, height).slice(3, 0, width) + bicubic);
}

}  // namespace heirloom::models
