#include "models/restorevar/var_attention.h"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>

#include <cmath>

#include "models/restorevar/rope.h"

namespace heirloom::models {
namespace {

constexpr double kHottest = 100;  // of a temperature

}  // namespace

ScaleCache::ScaleCache(std::int64_t batch, int heads, int tokens, int headDim, const at::TensorOptions& options)
    : memory_{at::empty({batch, heads, tokens, headDim}, options),
              at::empty({batch, heads, tokens, headDim}, options)} {}

KeysValues ScaleCache::append(const at::Tensor& keys, const at::Tensor& values) {
  const std::int64_t added = keys.size(1);
  memory_.keys.narrow(2, length_, added).copy_(keys.transpose(1, 2));
  memory_.values.narrow(2, length_, added).copy_(values.transpose(1, 2));
  length_ += added;
  return {memory_.keys.narrow(2, 0, length_), memory_.values.narrow(2, 0, length_)};
}

CosineAttention::CosineAttention(int width, int heads)
    : heads_(heads),
      headDim_(width / heads),
      scale_mul_1H11_(register_parameter("scale_mul_1H11", at::empty({1, heads, 1, 1}))) {}

at::Tensor CosineAttention::temperature() const {
  if (temperature_.defined()) return temperature_;
  return scale_mul_1H11_.clamp_max(std::log(kHottest)).exp().transpose(1, 2);
}

at::Tensor CosineAttention::attend(const at::Tensor& queries, const KeysValues& seen, const at::Tensor& mask) {
  // In training, too, which is in mixed precision elsewhere: of queries eight bits are too few (below).
  const c10::impl::ExcludeDispatchKeyGuard asTheyAre(c10::autocast_dispatch_keyset);
  const at::Tensor result = at::scaled_dot_product_attention(
      queries.to(seen.keys.scalar_type()).transpose(1, 2), seen.keys, seen.values,
      mask.defined() ? std::optional<at::Tensor>(mask.to(seen.keys.scalar_type())) : std::nullopt, /*dropout_p=*/0,
      /*is_causal=*/false, /*scale=*/1.0);
  return result.transpose(1, 2).flatten(2);  // N H L D -> N L C
}

// Queries hold a temperature of up to 100, and eight bits of it are too few; float16 has eleven, and nothing here is
// large. The CPU's attention is as fast in float32.
void CosineAttention::placeTemperature(const Placement& placement) {
  const torch::NoGradGuard noGrad;
  scale_mul_1H11_.set_data(scale_mul_1H11_.to(placement.device));
  temperature_ = temperature();
  kept_ = placement.device.is_cpu() || placement.precision == at::kFloat ? at::kFloat : at::kHalf;
}

VarSelfAttentionImpl::VarSelfAttentionImpl(int width, int heads)
    : CosineAttention(width, heads),
      mat_qkv_(register_module("mat_qkv", Linear(width, 3 * width, LinearOptions{.bias = false}))),
      proj_(register_module("proj", Linear(width, width))),
      q_bias_(register_parameter("q_bias", at::empty({width}))),
      v_bias_(register_parameter("v_bias", at::empty({width}))) {}

void VarSelfAttentionImpl::joinBiases() {
  mat_qkv_->bias = at::cat({q_bias_, at::zeros_like(q_bias_), v_bias_});
}

at::Tensor VarSelfAttentionImpl::forward(const at::Tensor& x, const at::Tensor& rows, ScaleCache& cache,
                                         const at::Tensor& mask) {
  if (!placed_) joinBiases();
  const at::Tensor qkv = mat_qkv_->forward(x).unflatten(-1, {3, heads_, headDim_});  // N L 3 H D
  const auto part = [&](std::int64_t index) { return qkv.select(2, index); };
  const KeysValues seen = cache.append(turnedUnit(part(1), {}, rows), part(2));
  const at::Tensor result = attend(turnedUnit(part(0), temperature(), rows), seen, mask);
  return proj_->forward(result);
}

// Before the linear layers are: mat_qkv takes the joined bias with it.
void VarSelfAttentionImpl::place(const Placement& placement) {
  const torch::NoGradGuard noGrad;
  placeTemperature(placement);
  joinBiases();
  placed_ = true;
}

ScaleCache VarSelfAttentionImpl::cache(std::int64_t batch, int tokens) const {
  return {batch, heads_, tokens, headDim_, at::TensorOptions(q_bias_.device()).dtype(kept())};
}

VarCrossAttentionImpl::VarCrossAttentionImpl(int width, int heads)
    : CosineAttention(width, heads),
      norm_q_(register_module("norm_q", LayerNorm(width))),
      norm_kv_(register_module("norm_kv", LayerNorm(width))),
      q_proj_(register_module("q_proj", Linear(width, width, LinearOptions{.bias = false}))),
      kv_proj_(register_module("kv_proj", Linear(width, 2 * width, LinearOptions{.bias = false}))),
      out_proj_(register_module("out_proj", Linear(width, width))),
      gain_(register_parameter("gain", at::empty({}))) {}

KeysValues VarCrossAttentionImpl::look(const at::Tensor& tokens, const at::Tensor& rows) {
  const at::Tensor kv = kv_proj_->forward(norm_kv_->forward(tokens)).unflatten(-1, {2, heads_, headDim_});
  return {turnedUnit(kv.select(2, 0), {}, rows).to(kept()).transpose(1, 2), kv.select(2, 1).to(kept()).transpose(1, 2)};
}

at::Tensor VarCrossAttentionImpl::forward(const at::Tensor& x, const at::Tensor& rows, const KeysValues& seen) {
  const at::Tensor q = q_proj_->forward(norm_q_->forward(x)).unflatten(-1, {heads_, headDim_});  // N L H D
  return out_proj_->forward(attend(turnedUnit(q, temperature(), rows), seen, {})) * gain_;
}

void VarCrossAttentionImpl::place(const Placement& placement) {
  placeTemperature(placement);
}

}  // namespace heirloom::models
