#include "models/omnisr/block.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/channel_norm.h"
#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"
#include "models/common/whole_statistics.h"
#include "models/kernels/window_attention/window_attention.h"
#include "models/swinir/block.h"

namespace heirloom::models {
namespace {

constexpr int kShrinkage = 4;
constexpr double kPictureEpsilon = 1e-6;  // of norms over channels of a picture; PyTorch's own before the attention
constexpr double kTokenEpsilon = 1e-5;

}  // namespace

at::Tensor gridToWindows(const at::Tensor& tokens, int window) {
  const auto n = tokens.size(0), h = tokens.size(1), w = tokens.size(2), c = tokens.size(3);
  return tokens.reshape({n, window, h / window, window, w / window, c})
      .permute({0, 2, 1, 4, 3, 5})
      .reshape({n, h, w, c});
}

at::Tensor windowsToGrid(const at::Tensor& tokens, int window) {
  const auto n = tokens.size(0), h = tokens.size(1), w = tokens.size(2), c = tokens.size(3);
  return tokens.reshape({n, h / window, window, w / window, window, c})
      .permute({0, 2, 1, 4, 3, 5})
      .reshape({n, h, w, c});
}

OmniSrPixelAttentionImpl::OmniSrPixelAttentionImpl(const OmniSrConfig& config, OmniSrSpan span)
    : window_(config.window),
      span_(span),
      norm_(register_module("norm", LayerNorm(config.features, kTokenEpsilon))),
      to_qkv_(config.features, 3 * config.features, LinearOptions{.bias = false, .norm = norm_}),
      to_out_(config.features, config.features, LinearOptions{.bias = false}) {
  const auto fn = submodule(*this, "fn");
  fn->register_module("to_qkv", to_qkv_);
  submodule(*fn, "to_out")->register_module("0", to_out_);
  if (config.positionBias) {
    const int side = 2 * config.window - 1;
    table_ =
        submodule(*fn, "rel_pos_bias")->register_parameter("weight", at::empty({side * side, OmniSrConfig::kHeads}));
  }
}

at::Tensor OmniSrPixelAttentionImpl::gathered() const {
  const int tokens = window_ * window_;
  if (!table_.defined())
    return at::zeros({OmniSrConfig::kHeads, tokens, tokens},
                     at::TensorOptions(to_out_->weight.device()).dtype(at::kFloat));
  return table_.index_select(0, relativePositionIndex(window_).flatten().to(table_.device()))
      .view({tokens, tokens, OmniSrConfig::kHeads})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor OmniSrPixelAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor tokens = span_ == OmniSrSpan::Grid ? gridToWindows(x, window_) : x.contiguous();
  const at::Tensor qkv = to_qkv_->forward(tokens);
  const at::Tensor bias = bias_.defined() ? bias_ : gathered();
  const WindowAttentionShape shape{.window = window_, .shift = 0, .heads = OmniSrConfig::kHeads};
  const double scale = 1 / std::sqrt(static_cast<double>(x.size(3)) / OmniSrConfig::kHeads);
  const at::Tensor seen = to_qkv_->packed() ? windowAttention(qkv.contiguous(), bias, shape, scale)
                                            : plainWindowAttention(qkv, bias, shape, scale);
  const at::Tensor result = to_out_->forward(seen, tokens);
  return span_ == OmniSrSpan::Grid ? windowsToGrid(result, window_) : result;
}

void OmniSrPixelAttentionImpl::place(const Placement&) {
  bias_ = gathered().detach();
}

OmniSrChannelAttentionImpl::OmniSrChannelAttentionImpl(const OmniSrConfig& config, OmniSrSpan span)
    : window_(config.window),
      span_(span),
      norm_(register_module("norm", LayerNorm(config.features, kPictureEpsilon))),
      qkv_(pointwise(config.features, 3 * config.features, {.bias = false})),
      qkv_dwconv_(depthwise(3 * config.features, {.bias = false})),
      project_out_(pointwise(config.features, config.features, {.bias = false})) {
  const auto fn = submodule(*this, "fn");
  temperature_ = fn->register_parameter("temperature", at::empty({OmniSrConfig::kHeads, 1, 1}));
  fn->register_module("qkv", qkv_);
  fn->register_module("qkv_dwconv", qkv_dwconv_);
  fn->register_module("project_out", project_out_);
}

at::Tensor OmniSrChannelAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = toTokens(qkv_dwconv_->forward(qkv_->forward(channelNorm(norm_, x))));
  const auto n = x.size(0), rows = x.size(2) / window_, columns = x.size(3) / window_, c = x.size(1);
  // Rows of windows, rows in them, columns of windows, columns in them: what comes first stays apart.
  const at::Tensor cut = qkv.view({n, rows, window_, columns, window_, 3 * c});
  const bool grid = span_ == OmniSrSpan::Grid;
  const at::Tensor apart = grid ? cut.permute({0, 2, 4, 1, 3, 5}) : cut.permute({0, 1, 3, 2, 4, 5});
  const auto first = apart.size(1), second = apart.size(2), third = apart.size(3), fourth = apart.size(4);
  const at::Tensor seen = transposedAttention(apart.reshape({n * first * second, third * fourth, 3 * c}),
                                              OmniSrConfig::kHeads, temperature_)
                              .view({n, first, second, third, fourth, c});
  const at::Tensor together = grid ? seen.permute({0, 3, 1, 4, 2, 5}) : seen.permute({0, 1, 3, 2, 4, 5});
  return project_out_->plus(x, toImage(together.reshape({n, x.size(2), x.size(3), c})));
}

OmniSrPerceptronImpl::OmniSrPerceptronImpl(const OmniSrConfig& config)
    : norm_(register_module("norm", LayerNorm(config.features, kPictureEpsilon))),
      fn_(*submodule(*this, "fn"), config.features, config.features) {}

at::Tensor OmniSrPerceptronImpl::forward(const at::Tensor& x) {
  return fn_.plus(x, channelNorm(norm_, x));
}

OmniSrBlockImpl::OmniSrBlockImpl(const OmniSrConfig& config)
    : expand_(pointwise(config.features, config.features, {.activation = Activation::Gelu})),
      depthwise_(depthwise(config.features)),
      project_(pointwise(config.features, config.features)),
      squeeze_(config.features, config.features / kShrinkage, LinearOptions{.bias = false, .outer = true}),
      excite_(config.features / kShrinkage, config.features, LinearOptions{.bias = false, .outer = true}) {
  const auto layer = submodule(*this, "layer");
  const auto fn = submodule(*submodule(*layer, "0"), "fn");
  fn->register_module("0", expand_);
  fn->register_module("2", depthwise_);
  const auto gate = submodule(*submodule(*fn, "4"), "gate");
  gate->register_module("1", squeeze_);
  gate->register_module("3", excite_);
  fn->register_module("5", project_);
  // Between them, rearrangements count as modules.
  int number = 2;
  for (const OmniSrSpan span : {OmniSrSpan::Window, OmniSrSpan::Grid}) {
    const auto add = [&](int offset, auto module) {
      return layer->register_module(std::to_string(number + offset), module);
    };
    pixels_.push_back(add(0, OmniSrPixelAttention(config, span)));
    perceptrons_.push_back(add(2, OmniSrPerceptron(config)));
    channels_.push_back(add(3, OmniSrChannelAttention(config, span)));
    perceptrons_.push_back(add(4, OmniSrPerceptron(config)));
    number += 6;
  }
}

at::Tensor OmniSrBlockImpl::convolved(const at::Tensor& x) {
  const at::Tensor inner = at::gelu(depthwise_->forward(expand_->forward(x)));
  const at::Tensor mean = channelMeans(inner).flatten(1);
  const at::Tensor weights = excite_->forward(at::silu(squeeze_->forward(mean))).sigmoid().to(inner.scalar_type());
  return project_->plus(x, inner * weights.unsqueeze(2).unsqueeze(3));
}

at::Tensor OmniSrBlockImpl::forward(const at::Tensor& x) {
  at::Tensor y = convolved(x);
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    y = perceptrons_[2 * i]->forward(toImage(pixels_[i]->forward(toTokens(y))));
    y = perceptrons_[2 * i + 1]->forward(channels_[i]->forward(y));
  }
  return y;
}

}  // namespace heirloom::models
