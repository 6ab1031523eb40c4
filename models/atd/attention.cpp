#include "models/atd/attention.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "models/kernels/window_attention/window_attention.h"
#include "models/swinir/block.h"

namespace heirloom::models {
namespace {

constexpr double kHighestScale = 100;  // of the similarity of pixels in a category
constexpr double kShortest = 1e-12;    // length that a vector is divided by

LinearOptions optional(const AtdConfig& config) {
  return {.bias = config.bias};
}

at::Tensor normalised(const at::Tensor& x) {
  return x / x.norm(2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(kShortest);
}

/// x[n][index[n][i]] for N L C and N L.
at::Tensor taken(const at::Tensor& x, const at::Tensor& index) {
  return x.gather(1, index.unsqueeze(2).expand({-1, -1, x.size(2)}));
}

}  // namespace

AtdWindowAttentionImpl::AtdWindowAttentionImpl(const AtdConfig& config, int shift)
    : window_(config.window),
      shift_(shift),
      heads_(config.heads),
      scale_(1 / std::sqrt(static_cast<double>(config.features) / config.heads)),
      relative_position_bias_table_(
          register_parameter("relative_position_bias_table",
                             at::empty({(2 * config.window - 1) * (2 * config.window - 1), config.heads}))),
      proj_(register_module("proj", Linear(config.features, config.features))) {}

at::Tensor AtdWindowAttentionImpl::gathered() const {
  const std::int64_t tokens = std::int64_t{window_} * window_;
  const at::Tensor index = relativePositionIndex(window_).flatten().to(relative_position_bias_table_.device());
  return relative_position_bias_table_.index_select(0, index)
      .view({tokens, tokens, heads_})
      .permute({2, 0, 1})
      .contiguous();
}

at::Tensor AtdWindowAttentionImpl::forward(const at::Tensor& qkv, const at::Tensor& residual) {
  const at::Tensor bias = bias_.defined() ? bias_ : gathered();
  const auto attend = fused_ ? windowAttention : plainWindowAttention;
  return proj_->forward(attend(qkv.contiguous(), bias, {window_, shift_, heads_}, scale_), residual);
}

void AtdWindowAttentionImpl::place(const Placement& placement) {
  bias_ = gathered().detach();
  fused_ = !placement.plain;
}

AtdDictionaryAttentionImpl::AtdDictionaryAttentionImpl(const AtdConfig& config)
    : scale_(register_parameter("scale", at::empty({config.tokens}))),
      wq_(register_module("wq", Linear(config.features, config.reduced, optional(config)))),
      wk_(register_module("wk", Linear(config.features, config.reduced, optional(config)))),
      wv_(register_module("wv", Linear(config.features, config.features, optional(config)))) {}

AtdDictionaryAttentionImpl::Result AtdDictionaryAttentionImpl::forward(const at::Tensor& x,
                                                                       const at::Tensor& dictionary) {
  const at::Tensor q = normalised(wq_->forward(x).to(at::kFloat));
  const at::Tensor k = normalised(wk_->forward(dictionary).to(at::kFloat));
  const at::Tensor sharpness = scale_.clamp(0, 1) * std::log(static_cast<double>(dictionary.size(1))) + 1;
  const at::Tensor similarities = (at::matmul(q, k.transpose(1, 2)) * sharpness).softmax(2);
  return {at::matmul(similarities.to(x.scalar_type()), wv_->forward(dictionary).to(x.scalar_type())), similarities};
}

AtdCategoryAttentionImpl::AtdCategoryAttentionImpl(const AtdConfig& config)
    : heads_(config.heads),
      category_(config.category),
      logit_scale_(register_parameter("logit_scale", at::empty({1, 1}))),
      proj_(register_module("proj", Linear(config.features, config.features, optional(config)))) {}

at::Tensor AtdCategoryAttentionImpl::forward(const at::Tensor& qkv, const at::Tensor& similarities,
                                             const at::Tensor& residual) {
  const auto n = qkv.size(0), pixels = qkv.size(1), f = qkv.size(2) / 3;
  const std::int64_t each = std::min<std::int64_t>(pixels, category_), groups = (pixels + each - 1) / each;
  // Stable, so that pixels of one token stay in their order.
  const at::Tensor order = std::get<1>(at::sort(similarities.argmax(2), std::optional<bool>(true), /*dim=*/1));
  const std::int64_t missing = groups * each - pixels;
  at::Tensor sorted = taken(qkv, order);
  if (missing > 0) sorted = at::cat({sorted, sorted.narrow(1, pixels - missing, missing).flip(1)}, 1);
  const std::vector<at::Tensor> parts = sorted.view({n * groups, each, 3, heads_, f / heads_})
                                            .permute({2, 0, 3, 1, 4})
                                            .unbind(0);  // groups, heads, pixels, head dimension
  const at::Tensor scale = logit_scale_.clamp_max(std::log(kHighestScale)).exp();
  const at::Tensor q = (parts[0] * scale).to(qkv.scalar_type());
  const at::Tensor seen = at::scaled_dot_product_attention(q, parts[1], parts[2], {}, /*dropout_p=*/0,
                                                           /*is_causal=*/false, /*scale=*/1.0)
                              .transpose(1, 2)
                              .reshape({n, groups * each, f})
                              .narrow(1, 0, pixels);
  return proj_->forward(taken(seen, order.argsort(std::int64_t{1})), residual);
}

}  // namespace heirloom::models
