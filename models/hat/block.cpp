#include "models/hat/block.h"

#include <torch/types.h>

#include <cmath>

namespace heirloom::models {
namespace {

constexpr double kConvolutionGain = 0.01;  // of the convolutions beside the attention

}  // namespace

// The reference shifts the offsets by window - keyWindow + 1, which leaves negative rows; Python counts those from the
// end of the table, and so must we.
at::Tensor overlappingPositionIndex(int window, int keyWindow) {
  const int side = window + keyWindow - 1;
  const int shift = window - keyWindow + 1;
  const at::Tensor query = at::arange(window * window, at::kLong).unsqueeze(1);
  const at::Tensor key = at::arange(keyWindow * keyWindow, at::kLong).unsqueeze(0);
  const at::Tensor dy = key.div(keyWindow, "floor") - query.div(window, "floor") + shift;
  const at::Tensor dx = key.remainder(keyWindow) - query.remainder(window) + shift;
  return (dy * side + dx).remainder(side * side);
}

HatBlockImpl::HatBlockImpl(const HatConfig& config, int shift)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      attn_(register_module("attn", SwinAttention(SwinBlockConfig{.features = config.features,
                                                                  .heads = config.heads,
                                                                  .hidden = config.hidden,
                                                                  .window = config.window,
                                                                  .shift = shift},
                                                  norm1_))),
      compress_(ConvolutionOptions{.in = config.features, .out = config.compressed, .activation = Activation::Gelu}),
      expand_(ConvolutionOptions{.in = config.compressed, .out = config.features}),
      norm2_(LayerNorm(config.features)),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      fc2_(config.hidden, config.features) {
  const auto cab = submodule(*submodule(*this, "conv_block"), "cab");
  cab->register_module("0", compress_);
  cab->register_module("2", expand_);
  attention_ =
      ChannelAttention(*submodule(*submodule(*cab, "3"), "attention"), "1", "3", config.features, config.squeezed);
  register_module("norm2", norm2_);
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

at::Tensor HatBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor local = expand_->forward(compress_->forward(toImage(norm1_->forward(x))));
  const at::Tensor attended = attn_->forward(x);  // x included
  const at::Tensor y = toTokens(at::addcmul(toImage(attended), local, attention_.weights(local), kConvolutionGain));
  return perceptron(y, fc1_, fc2_, y);
}

OverlappingAttentionImpl::OverlappingAttentionImpl(const HatConfig& config)
    : window_(config.window),
      keyWindow_(config.keyWindow),
      heads_(config.heads),
      scale_(1 / std::sqrt(static_cast<double>(config.features) / config.heads)),
      norm1_(register_module("norm1", LayerNorm(config.features))),
      qkv_(register_module("qkv", Linear(config.features, 3 * config.features, LinearOptions{.norm = norm1_}))),
      relative_position_bias_table_(
          register_parameter("relative_position_bias_table",
                             at::empty({(window_ + keyWindow_ - 1) * (window_ + keyWindow_ - 1), config.heads}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      fc2_(config.hidden, config.features) {
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

at::Tensor OverlappingAttentionImpl::gathered() const {
  const at::Tensor index =
      overlappingPositionIndex(window_, keyWindow_).flatten().to(relative_position_bias_table_.device());
  return relative_position_bias_table_.index_select(0, index)
      .view({window_ * window_, keyWindow_ * keyWindow_, heads_})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor OverlappingAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = qkv_->forward(x);
  const std::int64_t features = x.size(3);
  const at::Tensor q = qkv.narrow(3, 0, features).contiguous();
  const at::Tensor kv = qkv.narrow(3, features, 2 * features).contiguous();
  const at::Tensor bias = bias_.defined() ? bias_ : gathered();
  const auto attend = fused_ ? overlappingWindowAttention : plainOverlappingWindowAttention;
  const at::Tensor y = proj_->forward(attend(q, kv, bias, window_, keyWindow_, heads_, scale_), x);
  return perceptron(y, fc1_, fc2_, y);
}

void OverlappingAttentionImpl::place(const Placement& placement) {
  bias_ = gathered().detach();
  fused_ = !placement.plain;
}

}  // namespace heirloom::models
