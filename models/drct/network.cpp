#include "models/drct/network.h"

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr int kNarrowFrom = 3;  // blocks from here on have perceptrons of as many features as they have channels
constexpr double kSlope = 0.2;
constexpr double kGroupGain = 0.2;

}  // namespace

// The reference takes the remainder of the channels by the heads off the heads.
int drctHeads(const DrctConfig& config, int features, int index) {
  return index == 0 ? config.heads : config.heads - features % config.heads;
}

DrctGroupImpl::DrctGroupImpl(const DrctConfig& config) {
  for (int i = 0; i < DrctConfig::kBlocks; ++i) {
    const bool last = i + 1 == DrctConfig::kBlocks;
    const int features = config.features + i * config.growth;
    const std::string number = std::to_string(i + 1);
    const int hidden = i < kNarrowFrom
                           ? static_cast<int>(features * (static_cast<double>(config.hidden) / config.features))
                           : features;
    blocks_.push_back(
        register_module("swin" + number, SwinBlock(SwinBlockConfig{.features = features,
                                                                   .heads = drctHeads(config, features, i),
                                                                   .hidden = hidden,
                                                                   .window = config.window,
                                                                   .shift = i % 2 == 1 ? config.window / 2 : 0})));
    adjusts_.push_back(register_module(
        "adjust" + number, Convolution(ConvolutionOptions{.in = features,
                                                          .out = last ? config.features : config.growth,
                                                          .kernel = 1,
                                                          .activation = last ? Activation::None : Activation::LeakyRelu,
                                                          .slope = kSlope,
                                                          .gain = last ? kGroupGain : 1})));
  }
}

at::Tensor DrctGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  std::vector<at::Tensor> made = {tokens};
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (observer && observer->stopRequested()) throw Stopped{};
    const at::Tensor seen = toImage(blocks_[i]->forward(i == 0 ? tokens : at::cat(made, 3)));
    if (i + 1 == blocks_.size()) return toTokens(adjusts_[i]->plus(toImage(tokens), seen));
    made.push_back(toTokens(adjusts_[i]->forward(seen)));
  }
  return tokens;
}

DrctImpl::DrctImpl(const DrctConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      embeddingNorm_(config.features),
      norm_(config.features),
      conv_after_body_(ConvolutionOptions{.in = config.features, .out = config.features}) {
  submodule(*this, "patch_embed")->register_module("norm", embeddingNorm_);
  const auto layers = submodule(*this, "layers");
  for (int i = 0; i < config.groups; ++i) {
    layers_.push_back(layers->register_module(std::to_string(i), DrctGroup(config)));
  }
  register_module("norm", norm_);
  register_module("conv_after_body", conv_after_body_);
  head_ = PixelShuffleHead(*this, config.features, config.channels, config.scale);
}

at::Tensor DrctImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor shallow = conv_first_->forward(padToMultiple(image, config_.window, Padding::Reflect) - mean)
                                 .to(conv_after_body_->precision());
  at::Tensor tokens = embeddingNorm_->forward(toTokens(shallow));
  for (DrctGroup& group : layers_) tokens = group->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_->plus(shallow, toImage(norm_->forward(tokens)));
  return cropTo(head_.forward(deep) + mean, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
