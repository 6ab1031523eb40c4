#include "models/srformer/block.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/super_resolution.h"
#include "models/common/windows.h"
#include "models/swinir/block.h"

namespace heirloom::models {
namespace {

constexpr int kPerceptronKernel = 5;  // of the perceptron's convolution

/// The regions that a shift brought together, as numbers of the tokens of windows.
at::Tensor regions(std::int64_t h, std::int64_t w, std::int64_t window, std::int64_t shift,
                   const at::TensorOptions& options) {
  const at::Tensor ids =
      shiftedBands(h, window, shift, options).unsqueeze(1) * 3 + shiftedBands(w, window, shift, options);
  return cutWindows(ids.view({1, h, w, 1}), window, window).squeeze(2);
}

/// windows, tokens, permuted tokens. The reference halves a shift upwards.
at::Tensor mask(std::int64_t h, std::int64_t w, std::int64_t window, std::int64_t shift,
                const at::TensorOptions& options) {
  const at::Tensor tokens = regions(h, w, window, shift, options);
  const at::Tensor permuted = regions(h / 2, w / 2, window / 2, (shift + 1) / 2, options);
  return tokens.unsqueeze(2).ne(permuted.unsqueeze(1)).to(options.dtype()) * kApart;
}

}  // namespace

at::Tensor permutedPositionIndex(int window) {
  const std::int64_t half = window / 2;
  return relativePositionIndex(static_cast<int>(half))
      .view({half, 1, half, 1, half * half})
      .expand({half, 2, half, 2, half * half})
      .reshape({std::int64_t{window} * window, half * half})
      .contiguous();
}

PermutedAttentionImpl::PermutedAttentionImpl(const SrFormerConfig& config, int shift, const LayerNorm& norm)
    : window_(config.window),
      shift_(shift),
      heads_(config.heads),
      scale_(1 / std::sqrt(static_cast<double>(config.features) / config.heads)),
      relative_position_bias_table_(register_parameter(
          "relative_position_bias_table", at::empty({(config.window - 1) * (config.window - 1), config.heads}))),
      index_(register_buffer("aligned_relative_position_index", permutedPositionIndex(config.window))),
      kv_(register_module("kv", Linear(config.features, config.features / 2, LinearOptions{.norm = norm}))),
      q_(register_module("q", Linear(config.features, config.features, LinearOptions{.norm = norm}))),
      proj_(register_module("proj", Linear(config.features, config.features))) {}

at::Tensor PermutedAttentionImpl::gathered() const {
  return relative_position_bias_table_.index_select(0, index_.flatten())
      .view({index_.size(0), index_.size(1), heads_})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor PermutedAttentionImpl::forward(const at::Tensor& x) {
  const auto h = x.size(1), w = x.size(2), f = x.size(3);
  const auto rolled = [&](const at::Tensor& tokens, std::int64_t by) {
    return shift_ > 0 ? at::roll(tokens, {by, by}, {1, 2}) : tokens;
  };
  const auto byHead = [&](const at::Tensor& windows) {  // windows, heads, tokens, channels
    return windows.reshape({windows.size(0), windows.size(1), heads_, -1}).transpose(1, 2);
  };
  const std::int64_t half = window_ / 2;
  const at::Tensor q = byHead(cutWindows(rolled(q_->forward(x), -shift_), window_, window_));
  // Four neighbours lie side by side in the channels: k and v, rows, columns, quarter of the channels.
  const at::Tensor kv = cutWindows(rolled(kv_->forward(x), -shift_), window_, window_)
                            .view({-1, half, 2, half, 2, 2, f / 4})
                            .permute({5, 0, 1, 3, 2, 4, 6})
                            .reshape({2, -1, half * half, f});
  at::Tensor added = (bias_.defined() ? bias_ : gathered()).unsqueeze(0);  // 1, heads, tokens, permuted tokens
  if (shift_ > 0)
    added = added + mask(h, w, window_, shift_, added.options()).unsqueeze(1).repeat({x.size(0), 1, 1, 1});
  const at::Tensor seen = at::scaled_dot_product_attention(q, byHead(kv[0]), byHead(kv[1]), added.to(q.scalar_type()),
                                                           /*dropout_p=*/0, /*is_causal=*/false, scale_);
  return proj_->forward(rolled(joinWindows(seen.transpose(1, 2).flatten(2), window_, window_, h, w), shift_), x);
}

void PermutedAttentionImpl::place(const Placement&) {
  bias_ = gathered().detach();
}

SrFormerBlockImpl::SrFormerBlockImpl(const SrFormerConfig& config, int shift)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      attn_(register_module("attn", PermutedAttention(config, shift, norm1_))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      mlp_(*this, "mlp", config.features, config.hidden, kPerceptronKernel, norm2_) {}

at::Tensor SrFormerBlockImpl::forward(const at::Tensor& x) {
  return mlp_.forward(attn_->forward(x));
}

}  // namespace heirloom::models
