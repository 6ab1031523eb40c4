#include "models/grl/network.h"

#include <torch/types.h>

#include "models/common/noise_level.h"
#include "models/common/padding.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr int kCompressed = 4;  // the convolutions beside the attention have a quarter of the channels between them,
constexpr int kSqueezed = 18;   // and their channel attention an eighteenth

}  // namespace

GrlBlockImpl::GrlBlockImpl(const GrlConfig& config, int index)
    : attn_(register_module("attn", GrlAttention(config, index))),
      norm1_(register_module("norm1", LayerNorm(config.features))),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu}),
      fc2_(config.hidden, config.features),
      norm2_(register_module("norm2", LayerNorm(config.features))) {
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
  if (!config.local) return;
  const int f = config.features, between = f / kCompressed;
  const auto cab = submodule(*submodule(*this, "conv"), "cab");
  compress_ = cab->register_module(
      "0", Convolution(ConvolutionOptions{.in = f, .out = between, .activation = Activation::Gelu}));
  expand_ = cab->register_module("2", Convolution(ConvolutionOptions{.in = between, .out = f}));
  attention_ = ChannelAttention(*submodule(*submodule(*cab, "3"), "attention"), "1", "3", f, f / kSqueezed);
}

at::Tensor GrlBlockImpl::forward(const at::Tensor& x) {
  at::Tensor y = norm1_->forward(attn_->forward(x)).add_(x);
  if (compress_) {
    const at::Tensor local = expand_->forward(compress_->forward(toImage(x)));
    y = toTokens(at::addcmul(toImage(y), local, attention_.weights(local)));
  }
  return norm2_->forward(perceptron(y, fc1_, fc2_)).add_(y);
}

GrlStageImpl::GrlStageImpl(const GrlConfig& config, int depth) {
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < depth; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), GrlBlock(config, i)));
  }
  conv_ = SwinEnding(*this, "conv", swinEndingOf(config));
}

at::Tensor GrlStageImpl::forward(const at::Tensor& tokens, Observer* observer) {
  return toTokens(conv_.plus(toImage(tokens), toImage(through(blocks_, tokens, observer))));
}

void GrlStageImpl::use(const GrlWindows& windows) {
  for (GrlBlock& block : blocks_) block->use(windows);
}

GrlImpl::GrlImpl(const GrlConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first", Convolution(ConvolutionOptions{.in = config.inputs(), .out = config.features, .outer = true}))),
      norm_start_(register_module("norm_start", LayerNorm(config.features))),
      norm_end_(register_module("norm_end", LayerNorm(config.features))) {
  const auto layers = submodule(*this, "layers");
  for (const int depth : config.depths) {
    layers_.push_back(layers->register_module(std::to_string(layers_.size()), GrlStage(config, depth)));
  }
  conv_after_body_ = SwinEnding(*this, "conv_after_body", swinEndingOf(config));
  head_ = PictureHead(*this, config.head, config.features, config.channels);
}

void GrlImpl::use(const GrlWindows& windows) {
  config_.windows = windows;
  for (GrlStage& stage : layers_) stage->use(windows);
}

at::Tensor GrlImpl::forward(const at::Tensor& image, const at::Tensor& level, Observer* observer) {
  // Beside a map of the level or another view no mean is subtracted, and the picture is made anew instead of corrected.
  const bool anew = config_.inputs() != config_.channels;
  const at::Tensor mean = meanColour(config_.inputs(), image.options());
  const at::Tensor x = padToMultiple(image, config_.windows.multiple(), Padding::Reflect) - mean;
  const at::Tensor seen = config_.levelMap ? withNoiseMap(x, level) : config_.dualPixel ? at::cat({x, x}, 1) : x;
  const at::Tensor shallow = conv_first_->forward(seen).to(conv_after_body_.precision());
  at::Tensor tokens = norm_start_->forward(toTokens(shallow));
  for (GrlStage& stage : layers_) tokens = stage->forward(tokens, observer);
  const at::Tensor deep = conv_after_body_.plus(shallow, toImage(norm_end_->forward(tokens)));
  const at::Tensor made = head_.forward(deep, anew ? at::zeros_like(x) : x) + mean;
  return cropTo(made, image.size(2) * config_.head.scale, image.size(3) * config_.head.scale);
}

}  // namespace heirloom::models
