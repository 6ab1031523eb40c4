#include "models/rrdb/network.h"

#include <array>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.2;
constexpr double kResidualGain = 0.2;
constexpr std::size_t kDensePerBlock = 3;

}  // namespace

ResidualDenseBlockImpl::ResidualDenseBlockImpl(const RrdbConfig& config)
    : features_(config.features), growth_(config.growth) {
  for (int i = 0; i < 4; ++i) {
    convolutions_.push_back(
        register_module("conv" + std::to_string(i + 1),
                        Convolution(leaky(config.features + i * config.growth, config.growth, kSlope))));
  }
  convolutions_.push_back(register_module("conv5", Convolution(ConvolutionOptions{
                                                       .in = config.features + 4 * config.growth,
                                                       .out = config.features,
                                                       .gain = kResidualGain,
                                                   })));
  if (config.plus) {
    conv1x1_ = register_module("conv1x1", Convolution(pointwise(config.features, config.growth, {.bias = false})));
  }
}

void ResidualDenseBlockImpl::forward(const at::Tensor& workspace, at::Tensor result) {
  const at::Tensor x = workspace.narrow(1, 0, features_);
  const auto made = [&](int i) { return workspace.narrow(1, features_ + (i - 1) * growth_, growth_); };
  for (int i = 1; i <= 4; ++i) {
    const at::Tensor next = made(i);
    convolutions_[i - 1]->forwardInto(next, workspace.narrow(1, 0, features_ + (i - 1) * growth_));
    if (conv1x1_ && i == 2) next.add_(conv1x1_->forward(x));
    if (conv1x1_ && i == 4) next.add_(made(2));
  }
  convolutions_[4]->plusInto(result, x, workspace);
}

RrdbNetImpl::RrdbNetImpl(const RrdbConfig& config)
    : config_(config),
      conv_first_(register_module(
          "conv_first",
          Convolution(ConvolutionOptions{
              .in = config.channels * config.unshuffle * config.unshuffle, .out = config.features, .outer = true}))),
      conv_body_(ConvolutionOptions{.in = config.features, .out = config.features}),
      conv_hr_(leaky(config.features, config.features, kSlope)),
      conv_last_(ConvolutionOptions{.in = config.features, .out = config.channels, .outer = true}) {
  const auto body = submodule(*this, "body");
  for (int i = 0; i < config.blocks; ++i) {
    const auto block = submodule(*body, std::to_string(i));
    for (std::size_t j = 1; j <= kDensePerBlock; ++j) {
      dense_.push_back(block->register_module("rdb" + std::to_string(j), ResidualDenseBlock(config)));
    }
  }
  register_module("conv_body", conv_body_);
  for (int i = 0; i < config.stages; ++i) {
    ups_.push_back(register_module("conv_up" + std::to_string(i + 1),
                                   Convolution(leaky(config.features, config.features, kSlope))));
  }
  register_module("conv_hr", conv_hr_);
  register_module("conv_last", conv_last_);
}

at::Tensor RrdbNetImpl::workspaceFor(const at::Tensor& x) const {
  return at::empty({x.size(0), config_.features + 4 * config_.growth, x.size(2), x.size(3)},
                   x.options().memory_format(at::MemoryFormat::ChannelsLast));
}

at::Tensor RrdbNetImpl::forward(const at::Tensor& image, Observer* observer, const Steering& steering) {
  const int fold = config_.unshuffle;
  const at::Tensor padded = padToMultiple(image, fold, Padding::Reflect);
  at::Tensor x = conv_first_->forward(fold == 1 ? padded : at::pixel_unshuffle(padded, fold));
  const at::Tensor shallow = x = x.to(conv_body_->precision());
  const std::array<at::Tensor, 2> workspaces = {workspaceFor(x), workspaceFor(x)};
  const auto inputOf = [&](const at::Tensor& workspace) { return workspace.narrow(1, 0, config_.features); };
  for (std::size_t i = 0; i < dense_.size(); i += kDensePerBlock) {
    if (observer && observer->stopRequested()) throw Stopped{};
    inputOf(workspaces[0]).copy_(x);
    for (std::size_t j = 0; j < kDensePerBlock; ++j)
      dense_[i + j]->forward(workspaces[j % 2], inputOf(workspaces[(j + 1) % 2]));
    x = at::add(x, inputOf(workspaces[kDensePerBlock % 2]), kResidualGain);
    if (steering) x = steering(i / kDensePerBlock, x);
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
