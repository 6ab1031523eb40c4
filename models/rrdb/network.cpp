#include "models/rrdb/network.h"

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.2;
constexpr double kResidualGain = 0.2;
constexpr std::size_t kDensePerBlock = 3;

ConvolutionOptions leaky(int in, int out) {
  return {.in = in, .out = out, .activation = Activation::LeakyRelu, .slope = kSlope};
}

}  // namespace

ResidualDenseBlockImpl::ResidualDenseBlockImpl(const RrdbConfig& config) {
  for (int i = 0; i < 4; ++i) {
    convolutions_.push_back(register_module("conv" + std::to_string(i + 1),
                                            Convolution(leaky(config.features + i * config.growth, config.growth))));
  }
  convolutions_.push_back(register_module("conv5", Convolution(ConvolutionOptions{
                                                       .in = config.features + 4 * config.growth,
                                                       .out = config.features,
                                                       .gain = kResidualGain,
                                                   })));
  if (config.plus) {
    conv1x1_ = register_module(
        "conv1x1",
        Convolution(ConvolutionOptions{.in = config.features, .out = config.growth, .kernel = 1, .bias = false}));
  }
}

at::Tensor ResidualDenseBlockImpl::forward(const at::Tensor& x) {
  std::vector<at::Tensor> made{x};
  for (std::size_t i = 0; i < 4; ++i) {
    at::Tensor next = convolutions_[i]->forward(i == 0 ? x : at::cat(made, 1));
    if (conv1x1_ && i == 1) next = conv1x1_->addTo(next, x);
    if (conv1x1_ && i == 3) next = next + made[2];
    made.push_back(next);
  }
  return convolutions_[4]->plus(x, at::cat(made, 1));
}

RrdbNetImpl::RrdbNetImpl(const RrdbConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first",
          Convolution(ConvolutionOptions{
              .in = config.channels * config.unshuffle * config.unshuffle, .out = config.features, .outer = true}))),
      conv_body_(ConvolutionOptions{.in = config.features, .out = config.features}),
      conv_hr_(leaky(config.features, config.features)),
      conv_last_(ConvolutionOptions{.in = config.features, .out = config.channels, .outer = true}) {
  const auto body = register_module("body", std::make_shared<torch::nn::Module>());
  for (int i = 0; i < config.blocks; ++i) {
    const auto block = body->register_module(std::to_string(i), std::make_shared<torch::nn::Module>());
    for (std::size_t j = 1; j <= kDensePerBlock; ++j) {
      dense_.push_back(block->register_module("rdb" + std::to_string(j), ResidualDenseBlock(config)));
    }
  }
  register_module("conv_body", conv_body_);
  for (int i = 0; i < config.stages; ++i) {
    ups_.push_back(
        register_module("conv_up" + std::to_string(i + 1), Convolution(leaky(config.features, config.features))));
  }
  register_module("conv_hr", conv_hr_);
  register_module("conv_last", conv_last_);
}

at::Tensor RrdbNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const int fold = config_.unshuffle;
  const at::Tensor padded = padToMultiple(image, fold, Padding::Reflect);
  at::Tensor x = conv_first_->forward(fold == 1 ? padded : at::pixel_unshuffle(padded, fold));
  const at::Tensor shallow = x = x.to(conv_body_->precision());
  for (std::size_t i = 0; i < dense_.size(); i += kDensePerBlock) {
    if (observer && observer->stopRequested()) throw Stopped{};
    at::Tensor inner = x;
    for (std::size_t j = 0; j < kDensePerBlock; ++j) inner = dense_[i + j]->forward(inner);
    x = at::add(x, inner, kResidualGain);
  }
  x = conv_body_->plus(shallow, x);
  for (Convolution& up : ups_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    const int factor = config_.stageFactor;
    x = up->forward(at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor}));
  }
  x = conv_last_->forward(conv_hr_->forward(x));
  return cropTo(x, image.size(2) * config_.scale(), image.size(3) * config_.scale());
}

}  // namespace heirloom::models
