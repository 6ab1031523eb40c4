#include "models/omnisr/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr int kSmallest = 16;  // sides that the coarse look of a group needs
constexpr int kPool = 7;
constexpr int kPoolStride = 3;

}  // namespace

OmniSrGroupImpl::OmniSrGroupImpl(const OmniSrConfig& config)
    : last_(ConvolutionOptions{.in = config.features, .out = config.features, .kernel = 1, .bias = config.bias}),
      conv1_(nullptr),
      conv_f_(nullptr),
      conv2_(nullptr),
      conv3_(nullptr),
      conv4_(nullptr) {
  const auto inner = submodule(*this, "residual_layer");
  for (int i = 0; i < config.blocks; ++i) {
    blocks_.push_back(inner->register_module(std::to_string(i), OmniSrBlock(config)));
  }
  inner->register_module(std::to_string(config.blocks), last_);
  const auto esa = submodule(*this, "esa");
  const int few = std::max(config.features / 4, 16);
  const auto add = [&](const char* name, const ConvolutionOptions& options) {
    return esa->register_module(name, Convolution(options));
  };
  conv1_ = add("conv1", {.in = config.features, .out = few, .kernel = 1});
  conv_f_ = add("conv_f", {.in = few, .out = few, .kernel = 1});
  conv2_ = add("conv2", {.in = few, .out = few, .stride = 2, .padding = 0});
  conv3_ = add("conv3", {.in = few, .out = few});
  conv4_ = add("conv4", {.in = few, .out = config.features, .kernel = 1});
}

at::Tensor OmniSrGroupImpl::weighed(const at::Tensor& x) {
  const at::Tensor first = conv1_->forward(x);
  const at::Tensor coarse =
      conv3_->forward(at::max_pool2d(conv2_->forward(first), {kPool, kPool}, {kPoolStride, kPoolStride}));
  const at::Tensor spread = at::upsample_bilinear2d(coarse, {x.size(2), x.size(3)}, /*align_corners=*/false);
  return x * conv4_->forward(spread + conv_f_->forward(first)).sigmoid();
}

at::Tensor OmniSrGroupImpl::forward(const at::Tensor& x, Observer* observer) {
  return weighed(last_->plus(x, through(blocks_, x, observer)));
}

OmniSrImpl::OmniSrImpl(const OmniSrConfig& config)
    : config_(config),
      input_(ConvolutionOptions{.in = config.channels, .out = config.features, .bias = config.bias, .outer = true}),
      output_(ConvolutionOptions{.in = config.features, .out = config.features, .bias = config.bias}),
      up_(ConvolutionOptions{.in = config.features,
                             .out = config.channels * config.scale * config.scale,
                             .bias = config.bias,
                             .outer = true}) {
  const auto groups = submodule(*this, "residual_layer");
  for (int i = 0; i < config.groups; ++i) {
    groups_.push_back(groups->register_module(std::to_string(i), OmniSrGroup(config)));
  }
  register_module("input", input_);
  register_module("output", output_);
  submodule(*this, "up")->register_module("0", up_);
}

at::Tensor OmniSrImpl::forward(const at::Tensor& image, Observer* observer) {
  // The reference extends by zeros.
  const auto missing = [&](std::int64_t side) {
    const std::int64_t full = std::max<std::int64_t>(side, kSmallest) + config_.window - 1;
    return full / config_.window * config_.window - side;
  };
  const at::Tensor padded = at::constant_pad_nd(image, {0, missing(image.size(3)), 0, missing(image.size(2))});
  const at::Tensor shallow = input_->forward(padded).to(output_->precision());
  at::Tensor x = shallow;
  for (OmniSrGroup& group : groups_) x = group->forward(x, observer);
  x = at::pixel_shuffle(up_->forward(output_->plus(shallow, x)), config_.scale);
  return x.slice(2, 0, image.size(2) * config_.scale).slice(3, 0, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
