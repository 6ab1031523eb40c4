#include "models/retinexformer/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {
namespace {

constexpr int kLevels = 2;
constexpr int kWidening = 4;  // of the perceptron

Linear bare(int features) {
  return Linear(features, features, LinearOptions{.bias = false});
}

ConvolutionOptions halving(int features) {
  return withoutBias(features, 2 * features, {.kernel = 4, .stride = 2, .padding = 1});
}

std::vector<RetinexBlock> retinexBlocks(torch::nn::Module& owner, const std::string& name, int count, int features,
                                        int heads) {
  const auto blocks = submodule(*submodule(owner, name), "blocks");
  std::vector<RetinexBlock> added;
  for (int i = 0; i < count; ++i)
    added.push_back(blocks->register_module(std::to_string(i), RetinexBlock(features, heads)));
  return added;
}

at::Tensor through(std::vector<RetinexBlock>& blocks, const at::Tensor& x, const at::Tensor& light,
                   Observer* observer) {
  at::Tensor tokens = toTokens(x);
  for (RetinexBlock& block : blocks) {
    if (observer && observer->stopRequested()) throw Stopped{};
    tokens = block->forward(tokens, toTokens(light));
  }
  return toImage(tokens);
}

}  // namespace

RetinexBlockImpl::RetinexBlockImpl(int features, int heads)
    : heads_(heads),
      to_q_(bare(features)),
      to_k_(bare(features)),
      to_v_(bare(features)),
      proj_(features, features),
      pos0_(depthwise(features, {.bias = false, .activation = Activation::Gelu})),
      pos2_(depthwise(features, {.bias = false})),
      norm_(features),
      net0_(pointwise(features, kWidening * features, {.bias = false, .activation = Activation::Gelu})),
      net2_(depthwise(kWidening * features, {.bias = false, .activation = Activation::Gelu})),
      net4_(pointwise(kWidening * features, features, {.bias = false})) {
  const auto attention = submodule(*this, "0");
  rescale_ = attention->register_parameter("rescale", at::empty({heads, 1, 1}));
  attention->register_module("to_q", to_q_);
  attention->register_module("to_k", to_k_);
  attention->register_module("to_v", to_v_);
  attention->register_module("proj", proj_);
  const auto position = submodule(*attention, "pos_emb");
  position->register_module("0", pos0_);
  position->register_module("2", pos2_);
  const auto feedForward = submodule(*this, "1");
  const auto net = submodule(*submodule(*feedForward, "fn"), "net");
  net->register_module("0", net0_);
  net->register_module("2", net2_);
  net->register_module("4", net4_);
  feedForward->register_module("norm", norm_);
}

at::Tensor RetinexBlockImpl::forward(const at::Tensor& x, const at::Tensor& light) {
  const at::Tensor values = to_v_->forward(x);
  // Rows of the weights belong to keys: softmax(rescale k q^T) v.
  const at::Tensor kqv = at::cat({to_k_->forward(x), to_q_->forward(x), values * light.to(values.scalar_type())}, 3);
  const at::Tensor seen = wholeTransposedAttention(kqv, heads_, rescale_);
  const at::Tensor y = pos2_->plus(toImage(proj_->forward(seen, x)), pos0_->forward(toImage(values)));
  const at::Tensor normed = toImage(norm_->forward(toTokens(y)));
  return toTokens(net4_->plus(y, net2_->forward(net0_->forward(normed))));
}

RetinexStageImpl::RetinexStageImpl(const RetinexFormerConfig& config)
    : conv1_(ConvolutionOptions{.in = config.channels + 1, .out = config.features, .kernel = 1, .outer = true}),
      depth_conv_(ConvolutionOptions{
          .in = config.features, .out = config.features, .kernel = 5, .groups = config.channels + 1, .outer = true}),
      conv2_(ConvolutionOptions{.in = config.features, .out = config.channels, .kernel = 1, .outer = true}),
      embedding_(withoutBias(config.channels, config.features, {.outer = true})),
      mapping_(withoutBias(config.features, config.channels, {.outer = true})) {
  const auto estimator = submodule(*this, "estimator");
  estimator->register_module("conv1", conv1_);
  estimator->register_module("depth_conv", depth_conv_);
  estimator->register_module("conv2", conv2_);
  const auto denoiser = submodule(*this, "denoiser");
  denoiser->register_module("embedding", embedding_);
  const auto encoders = submodule(*denoiser, "encoder_layers");
  int features = config.features;
  for (int i = 0; i < kLevels; ++i, features *= 2) {
    Level& level = levels_.emplace_back();
    const auto encoder = submodule(*encoders, std::to_string(i));
    level.encoder =
        retinexBlocks(*encoder, "0", config.blocks[static_cast<std::size_t>(i)], features, features / config.features);
    level.down = encoder->register_module("1", Convolution(halving(features)));
    level.lightDown = encoder->register_module("2", Convolution(halving(features)));
  }
  bottleneck_ = retinexBlocks(*denoiser, "bottleneck", config.blocks.back(), features, features / config.features);
  const auto decoders = submodule(*denoiser, "decoder_layers");
  for (int i = kLevels - 1; i >= 0; --i) {
    features /= 2;
    Level& level = levels_[static_cast<std::size_t>(i)];
    const auto decoder = submodule(*decoders, std::to_string(kLevels - 1 - i));
    level.up = decoder->register_module("0", TransposedConvolution(2 * features, features, 2, true));
    level.fusion = decoder->register_module("1", Convolution(pointwise(2 * features, features, {.bias = false})));
    level.decoder =
        retinexBlocks(*decoder, "2", config.blocks[static_cast<std::size_t>(i)], features, features / config.features);
  }
  denoiser->register_module("mapping", mapping_);
}

at::Tensor RetinexStageImpl::forward(const at::Tensor& picture, Observer* observer) {
  at::Tensor light = depth_conv_->forward(conv1_->forward(at::cat({picture, picture.mean(1, /*keepdim=*/true)}, 1)));
  const at::Tensor lit = picture * conv2_->forward(light) + picture;
  const at::ScalarType precision = levels_.front().down->precision();
  at::Tensor x = embedding_->forward(lit).to(precision);
  light = light.to(precision);
  std::vector<at::Tensor> features, lights;
  for (Level& level : levels_) {
    x = through(level.encoder, x, light, observer);
    features.push_back(x);
    lights.push_back(light);
    x = level.down->forward(x);
    light = level.lightDown->forward(light);
  }
  x = through(bottleneck_, x, light, observer);
  for (std::size_t i = levels_.size(); i-- > 0;) {
    Level& level = levels_[i];
    x = level.fusion->forward(at::cat({level.up->forward(x), features[i]}, 1));
    x = through(level.decoder, x, lights[i], observer);
  }
  return mapping_->plus(lit, x);
}

RetinexFormerImpl::RetinexFormerImpl(const RetinexFormerConfig& config) {
  const auto body = submodule(*this, "body");
  for (int i = 0; i < config.stages; ++i)
    body_.push_back(body->register_module(std::to_string(i), RetinexStage(config)));
}

at::Tensor RetinexFormerImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor x = padToMultiple(image, RetinexFormerConfig::kSizeMultiple, Padding::Reflect);
  for (RetinexStage& stage : body_) x = stage->forward(x, observer);
  return cropTo(x, image.size(2), image.size(3));
}

}  // namespace heirloom::models
