#include "models/fdat/block.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"
#include "models/common/whole_statistics.h"
#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::models {

FdatBlockImpl::FdatBlockImpl(const FdatConfig& config, bool spatial)
    : config_(config),
      spatial_(spatial),
      n1_(register_module("n1", LayerNorm(config.features))),
      n2_(register_module("n2", LayerNorm(config.features))),
      qkv_(config.features, 3 * config.features, LinearOptions{.bias = false}),
      proj_(config.features, config.features),
      conv_(depthwise(config.features, {.bias = false})),
      pixels_(pointwise(config.features, 1, {.bias = false})),
      squeeze_(pointwise(config.features, config.reduced, {.bias = false, .activation = Activation::Gelu})),
      excite_(pointwise(config.reduced, config.features, {.bias = false})),
      fc1_(config.features, config.hidden, LinearOptions{.bias = false, .activation = Activation::Gelu, .norm = n2_}),
      fc2_(config.hidden, config.features, LinearOptions{.bias = false}),
      smix_(depthwise(config.hidden, {.bias = false})) {
  const auto attn = submodule(*this, "attn");
  const int tokens = config.window * config.window;
  if (spatial)
    bias_ = attn->register_parameter("bias", at::empty({config.heads, tokens, tokens}));
  else
    temperature_ = attn->register_parameter("temp", at::empty({config.heads, 1, 1}));
  attn->register_module("qkv", qkv_);
  attn->register_module("proj", proj_);
  submodule(*this, "conv")->register_module("0", conv_);
  const auto inter = submodule(*this, "inter");
  submodule(*inter, "sg")->register_module("0", pixels_);
  const auto channels = submodule(*inter, "cg");
  channels->register_module("1", squeeze_);
  channels->register_module("3", excite_);
  const auto ffn = submodule(*this, "ffn");
  ffn->register_module("fc1", fc1_);
  ffn->register_module("fc2", fc2_);
  ffn->register_module("smix", smix_);
}

at::Tensor FdatBlockImpl::inWindows(const at::Tensor& qkv) {
  const auto h = qkv.size(1), w = qkv.size(2);
  const auto missing = [&](std::int64_t side) { return (config_.window - side % config_.window) % config_.window; };
  // Without a bias a token of zeros stays one behind the linear layer.
  const at::Tensor padded = at::constant_pad_nd(qkv, {0, 0, 0, missing(w), 0, missing(h)}).contiguous();
  const WindowAttentionShape shape{.window = config_.window, .shift = 0, .heads = config_.heads};
  const double scale = 1 / std::sqrt(static_cast<double>(config_.features / config_.heads));
  const at::Tensor seen =
      qkv_->packed() ? windowAttention(padded, bias_, shape, scale) : plainWindowAttention(padded, bias_, shape, scale);
  return seen.slice(1, 0, h).slice(2, 0, w);
}

at::Tensor FdatBlockImpl::fused(const at::Tensor& attended, const at::Tensor& convolved) {
  if (!spatial_) return at::addcmul(attended, convolved, pixels_->forward(attended).sigmoid());
  const at::Tensor logits = excite_->forward(squeeze_->forward(channelMeans(convolved)));
  const at::Tensor weights = logits.sigmoid().to(attended.scalar_type());
  return at::addcmul(convolved, attended, weights);
}

at::Tensor FdatBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor normed = n1_->forward(x);
  const at::Tensor convolved = at::gelu(conv_->forward(toImage(normed)));
  const at::Tensor qkv = qkv_->forward(normed);
  const at::Tensor attended =
      toImage(proj_->forward(spatial_ ? inWindows(qkv) : wholeTransposedAttention(qkv, config_.heads, temperature_)));
  const at::Tensor y = x + toTokens(fused(attended, convolved));
  return fc2_->forward(toTokens(smix_->forward(toImage(fc1_->forward(y)))), y);
}

}  // namespace heirloom::models
