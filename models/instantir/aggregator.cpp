#include "models/instantir/aggregator.h"

#include <torch/types.h>

#include <string>

#include "models/common/layout.h"

namespace heirloom::models {
namespace {

constexpr int kHidden = 128;  // channels between a condition and its gains

}  // namespace

FeatureTransformImpl::FeatureTransformImpl(int channels)
    : shared_(ConvolutionOptions{.in = channels, .out = kHidden}),
      mul_(ConvolutionOptions{.in = kHidden, .out = channels}),
      add_(ConvolutionOptions{.in = kHidden, .out = channels}),
      out_(ConvolutionOptions{.in = channels, .out = channels, .kernel = 1}) {
  const auto transform = submodule(*this, "0");
  submodule(*transform, "mlp_shared")->register_module("0", shared_);
  transform->register_module("mul", mul_);
  transform->register_module("add", add_);
  register_module("1", out_);
}

at::Tensor FeatureTransformImpl::forward(const at::Tensor& condition, const at::Tensor& modulated) {
  const at::Tensor a = at::silu(shared_->forward(condition));
  return out_->forward(modulated * (1 + mul_->forward(a)) + add_->forward(a));
}

AggregatorImpl::AggregatorImpl(const UNetConfig& config)
    : conv_in_(register_module("conv_in", Convolution(outer(config.inChannels, config.widths.front())))),
      ref_conv_in_(register_module("ref_conv_in", Convolution(outer(config.inChannels, config.widths.front())))),
      conditions_(*this, config) {
  const auto blocks = submodule(*this, "down_blocks");
  for (int level = 0; level < config.levels(); ++level)
    down_.push_back(blocks->register_module(std::to_string(level), DownBlock(config, level, /*textWidth=*/0)));
  mid_ = register_module("mid_block", MidBlock(config, /*textWidth=*/0));
  const auto heads = submodule(*this, "controlnet_down_blocks");
  for (const int width : skipWidths(config))
    heads_.push_back(heads->register_module(std::to_string(heads_.size()), FeatureTransform(width)));
  midHead_ = register_module("controlnet_mid_block", FeatureTransform(config.widths.back()));
}

Residuals AggregatorImpl::forward(const at::Tensor& degraded, const at::Tensor& preview, const Pass& pass) {
  at::Tensor x = laidOut(
      at::cat({conv_in_->forward(degraded), ref_conv_in_->forward(preview)}, 2).to(down_[0]->resnets[0]->precision()));
  std::vector<at::Tensor> skips = {x};
  for (auto& block : down_) x = block->forward(x, pass, skips);
  x = mid_->forward(x, pass);

  const auto transformed = [&](FeatureTransform& head, const at::Tensor& tall) {
    const Visit visit(pass, *head);
    const std::vector<at::Tensor> halves = tall.chunk(2, 2);
    return head->forward(laidOut(halves[0]), laidOut(halves[1]));
  };
  Residuals made;
  for (std::size_t i = 0; i < skips.size(); ++i) made.skips.push_back(transformed(heads_[i], skips[i]));
  made.middle = transformed(midHead_, x);
  return made;
}

}  // namespace heirloom::models
