#include "models/swinir/block.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/continuous_bias.h"

namespace heirloom::models {

at::Tensor relativePositionIndex(int window) {
  const at::Tensor at = at::arange(window * window, at::kLong);
  const auto difference = [](const at::Tensor& position) { return position.unsqueeze(1) - position.unsqueeze(0); };
  const at::Tensor dy = difference(at.div(window, "floor")), dx = difference(at.remainder(window));
  return (dy + (window - 1)) * (2 * window - 1) + (dx + (window - 1));
}

namespace {

/// Swin V2's: rows before columns.
at::Tensor coordinates(int window) {
  const at::Tensor offsets = logSpacedOffsets(1 - window, window - 1);
  return offsetPairs(offsets, offsets);
}

}  // namespace

SwinAttentionImpl::SwinAttentionImpl(const SwinBlockConfig& config, const LayerNorm& norm)
    : shape_{config.window, config.shift, config.heads},
      second_(config.second),
      scale_(1 / std::sqrt(static_cast<double>(config.features) / config.heads)),
      qkv_(register_module("qkv", Linear(config.features, 3 * config.features,
                                         second_ ? LinearOptions{.bias = false} : LinearOptions{.norm = norm}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      relative_position_index_(register_buffer("relative_position_index", relativePositionIndex(config.window))) {
  const int side = 2 * config.window - 1;
  if (!second_) {
    relative_position_bias_table_ =
        register_parameter("relative_position_bias_table", at::empty({side * side, config.heads}));
    return;
  }
  relative_coords_table_ = register_buffer("relative_coords_table", coordinates(config.window));
  logit_scale_ = register_parameter("logit_scale", at::empty({config.heads, 1, 1}));
  q_bias_ = register_parameter("q_bias", at::empty({config.features}));
  v_bias_ = register_parameter("v_bias", at::empty({config.features}));
  const auto mlp = submodule(*this, "cpb_mlp");
  cpb0_ = mlp->register_module("0", Linear(2, kBiasFeatures, LinearOptions{.activation = Activation::Relu}));
  cpb2_ = mlp->register_module("2", Linear(kBiasFeatures, config.heads, LinearOptions{.bias = false}));
}

at::Tensor SwinAttentionImpl::table() const {
  if (!second_) return relative_position_bias_table_;
  return continuousBias(relative_coords_table_, cpb0_->weight, cpb0_->bias, cpb2_->weight);
}

at::Tensor SwinAttentionImpl::gathered() const {
  const int tokens = shape_.window * shape_.window;
  return table()
      .index_select(0, relative_position_index_.flatten())
      .view({tokens, tokens, shape_.heads})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor SwinAttentionImpl::scales() const {
  if (!second_) return at::full({shape_.heads}, scale_, at::TensorOptions(proj_->weight.device()).dtype(at::kFloat));
  return similarityScales(logit_scale_);
}

void SwinAttentionImpl::joinBiases() {
  if (second_) qkv_->bias = at::cat({q_bias_, at::zeros_like(q_bias_), v_bias_});
}

at::Tensor SwinAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor residual = second_ ? at::Tensor{} : x;
  // The kernel for bfloat16 takes a head's channels in pairs.
  const bool whole = qkv_->precision() == at::kFloat || x.size(3) / shape_.heads % 2 == 0;
  if (qkv_->packed() && proj_->packed() && whole) {
    const at::Tensor tokens = x.contiguous();
    return windowBlock(tokens, *qkv_->packed(), *proj_->packed(), bias_, shape_, scales_, second_,
                       second_ ? residual : tokens);
  }
  if (!bias_.defined()) joinBiases();
  const at::Tensor qkv = qkv_->forward(x);
  if (biases_.defined()) {
    return proj_->forward(second_ ? gpuCosineWindowAttention(qkv, biases_, shape_, scales_)
                                  : gpuWindowAttention(qkv, biases_, shape_, scale_),
                          residual);
  }
  const at::Tensor bias = bias_.defined() ? bias_ : gathered();
  return proj_->forward(second_ ? plainCosineWindowAttention(qkv, bias, shape_, scales())
                                : plainWindowAttention(qkv, bias, shape_, scale_),
                        residual);
}

// Before the linear layers are: they take the joined bias with them.
void SwinAttentionImpl::place(const Placement& placement) {
  bias_ = gathered().detach();
  const bool onGpu = !placement.device.is_cpu() && !placement.plain;
  biases_ = onGpu ? windowBiases(bias_, shape_).to(placement.precision) : at::Tensor{};
  scales_ = scales().detach().to(at::kFloat);
  joinBiases();
}

SwinBlockImpl::SwinBlockImpl(const SwinBlockConfig& config)
    : second_(config.second),
      norm1_(register_module("norm1", LayerNorm(config.features))),
      attn_(register_module("attn", SwinAttention(config, norm1_))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      fc1_(config.features, config.hidden,
           second_ ? LinearOptions{.activation = Activation::Gelu}
                   : LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      fc2_(config.hidden, config.features) {
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

at::Tensor SwinBlockImpl::forward(const at::Tensor& x) {
  if (second_) {
    const at::Tensor y = norm1_->forward(attn_->forward(x)).add_(x);
    return norm2_->forward(perceptron(y, fc1_, fc2_)).add_(y);
  }
  const at::Tensor y = attn_->forward(x);
  return perceptron(y, fc1_, fc2_, y);
}

}  // namespace heirloom::models
