#include "models/rgt/block.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr int kStep = 4;             // of the summary's convolution
constexpr int kLeastReductions = 2;  // as in training
constexpr int kLeastSummary = 16;    // pixels of its longer side, where the picture has them

ConvolutionOptions reducing(int features) {
  return {.in = features, .out = features, .kernel = kStep, .stride = kStep, .padding = 0, .groups = features};
}

int fourfolds(std::int64_t value) {
  int count = 0;
  for (; value >= kStep; value /= kStep) ++count;
  return count;
}

/// Every other block in windows is shifted; groups begin with a shifted one in turns.
bool shiftedAt(int group, int index) {
  return group % 2 == 0 ? index % 4 == 2 : index % 4 == 0;
}

LayerNorm registered(torch::nn::Module& owner, const char* name, int features) {
  return owner.register_module(name, LayerNorm(features));
}

}  // namespace

int rgtReductions(std::int64_t height, std::int64_t width) {
  const int wanted = std::max(kLeastReductions, fourfolds(std::max(height, width) / kLeastSummary));
  return std::min(wanted, fourfolds(std::min(height, width)));
}

RgtLocalAttentionImpl::RgtLocalAttentionImpl(const RgtConfig& config, bool shifted, const LayerNorm& norm)
    : qkv_(register_module(
          "qkv", Linear(config.features, 3 * config.features, LinearOptions{.bias = config.bias, .norm = norm}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      windows_(*this, {config.features, config.heads, config.shortSide, config.longSide, shifted}),
      get_v_(register_module("get_v", Convolution(depthwise(config.features)))) {}

at::Tensor RgtLocalAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = qkv_->forward(x);
  const at::Tensor values = toImage(qkv.narrow(3, 2 * x.size(3), x.size(3)));
  return proj_->forward(windows_.forward(qkv) + toTokens(get_v_->forward(values)), x);
}

// Before the layers below are: the bias is made in float32.
void RgtLocalAttentionImpl::place(const Placement&) {
  windows_.place();
}

RgtSummaryAttentionImpl::RgtSummaryAttentionImpl(const RgtConfig& config, const LayerNorm& norm)
    : heads_(config.heads),
      scale_(1 / std::sqrt(static_cast<double>(config.reduced) / config.heads)),
      norm_(norm),
      reduction1_(register_module("reduction1", Convolution(reducing(config.features)))),
      dwconv_(register_module("dwconv", Convolution(depthwise(config.features)))),
      conv_(register_module(
          "conv", Convolution(ConvolutionOptions{.in = config.features, .out = config.reduced, .kernel = 1}))),
      summaryNorm_(registered(*submodule(*this, "norm_act"), "0", config.reduced)),
      q_(register_module("q", Linear(config.features, config.reduced, LinearOptions{.bias = config.bias}))),
      k_(register_module("k", Linear(config.reduced, config.reduced, LinearOptions{.bias = config.bias}))),
      v_(register_module("v", Linear(config.reduced, config.features, LinearOptions{.bias = config.bias}))),
      cpe_(register_module("cpe", Convolution(depthwise(config.features)))),
      proj_(register_module("proj", Linear(config.features, config.features))) {}

at::Tensor RgtSummaryAttentionImpl::forward(const at::Tensor& x) {
  const auto n = x.size(0), h = x.size(1), w = x.size(2), f = x.size(3);
  const at::Tensor normed = norm_->forward(x);
  at::Tensor small = toImage(normed);
  for (int i = rgtReductions(h, w); i > 0; --i) small = reduction1_->forward(small);
  const at::Tensor summary = at::gelu(summaryNorm_->forward(toTokens(conv_->forward(dwconv_->forward(small)))));
  const at::Tensor values = toImage(v_->forward(summary));

  const std::int64_t each = f / heads_;
  const auto byHead = [&](const at::Tensor& tokens) {  // N, heads, tokens, channels of a value
    const at::Tensor parts = tokens.reshape({n, -1, heads_, tokens.size(-1) / heads_}).transpose(1, 2);
    // Queries and keys are narrower than values. Zeros change no product, and LibTorch's kernel that stores no logits
    // wants all of one width.
    return parts.size(3) < each ? at::constant_pad_nd(parts, {0, each - parts.size(3)}) : parts;
  };
  const at::Tensor seen =
      at::scaled_dot_product_attention(byHead(q_->forward(normed)), byHead(k_->forward(summary)),
                                       byHead(toTokens(values + cpe_->forward(values))), {}, /*dropout_p=*/0,
                                       /*is_causal=*/false, scale_);
  return proj_->forward(seen.transpose(1, 2).reshape({n, h, w, f}), x);
}

RgtBlockImpl::RgtBlockImpl(const RgtConfig& config, int group, int index)
    : norm1_(registered(*this, "norm1", config.features)),
      mlp_(*this, "mlp", config.features, config.hidden, registered(*this, "norm2", config.features)),
      gamma_(register_parameter("gamma", at::empty({config.features}))) {
  if (index % 2 == 0)
    local_ = register_module("attn", RgtLocalAttention(config, shiftedAt(group, index), norm1_));
  else
    summary_ = register_module("attn", RgtSummaryAttention(config, norm1_));
}

at::Tensor RgtBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = mlp_.forward(local_ ? local_->forward(x) : summary_->forward(x));
  return at::addcmul(y, x, gamma_.to(x.scalar_type()));
}

}  // namespace heirloom::models
