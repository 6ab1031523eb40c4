#include "models/swinir/block.h"

#include <torch/types.h>

#include <cmath>

namespace heirloom::models {

at::Tensor relativePositionIndex(int window) {
  const at::Tensor at = at::arange(window * window, at::kLong);
  const auto difference = [](const at::Tensor& position) { return position.unsqueeze(1) - position.unsqueeze(0); };
  const at::Tensor dy = difference(at.div(window, "floor")), dx = difference(at.remainder(window));
  return (dy + (window - 1)) * (2 * window - 1) + (dx + (window - 1));
}

SwinAttentionImpl::SwinAttentionImpl(const SwinBlockConfig& config, const LayerNorm& norm)
    : shape_{config.window, config.shift, config.heads},
      scale_(1 / std::sqrt(static_cast<double>(config.features) / config.heads)),
      qkv_(register_module("qkv", Linear(config.features, 3 * config.features, LinearOptions{.norm = norm}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      relative_position_bias_table_(
          register_parameter("relative_position_bias_table",
                             at::empty({(2 * config.window - 1) * (2 * config.window - 1), config.heads}))),
      relative_position_index_(register_buffer("relative_position_index", relativePositionIndex(config.window))) {}

at::Tensor SwinAttentionImpl::gathered() const {
  const int tokens = shape_.window * shape_.window;
  return relative_position_bias_table_.index_select(0, relative_position_index_.flatten())
      .view({tokens, tokens, shape_.heads})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor SwinAttentionImpl::forward(const at::Tensor& x) {
  if (qkv_->packed() && proj_->packed()) {
    const at::Tensor tokens = x.contiguous();
    return windowBlock(tokens, *qkv_->packed(), *proj_->packed(), bias_, shape_, scales_, /*cosine=*/false, tokens);
  }
  const at::Tensor bias = bias_.defined() ? bias_ : gathered();
  return proj_->forward(plainWindowAttention(qkv_->forward(x), bias, shape_, scale_), x);
}

void SwinAttentionImpl::place(const Placement& placement) {
  relative_position_bias_table_.set_data(relative_position_bias_table_.to(placement.device));
  relative_position_index_.set_data(relativePositionIndex(shape_.window).to(placement.device));
  bias_ = gathered().detach();
  scales_ = at::full({shape_.heads}, scale_, at::kFloat);
}

SwinBlockImpl::SwinBlockImpl(const SwinBlockConfig& config)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      attn_(register_module("attn", SwinAttention(config, norm1_))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      fc2_(config.hidden, config.features) {
  const auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>());
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

at::Tensor SwinBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = attn_->forward(x);
  return perceptron(y, fc1_, fc2_, y);
}

}  // namespace heirloom::models
