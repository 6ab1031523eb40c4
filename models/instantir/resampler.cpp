#include "models/instantir/resampler.h"

#include <torch/types.h>

#include <string>

#include "models/sdxl/attention.h"

namespace heirloom::models {
namespace {

AdaptableLinear bare(std::int64_t inputs, std::int64_t outputs) {
  return AdaptableLinear(inputs, outputs, LinearOptions{.bias = false});
}

}  // namespace

ResamplerAttentionImpl::ResamplerAttentionImpl(const ResamplerConfig& config)
    : heads_(config.heads),
      norm1_(register_module("norm1", LayerNorm(config.width))),
      norm2_(register_module("norm2", LayerNorm(config.width))),
      to_q_(register_module("to_q", bare(config.width, config.heads * config.headWidth))),
      to_kv_(register_module("to_kv", bare(config.width, 2 * config.heads * config.headWidth))),
      to_out_(register_module("to_out", bare(config.heads * config.headWidth, config.width))) {}

at::Tensor ResamplerAttentionImpl::forward(const at::Tensor& seen, const at::Tensor& queries, bool adapted) {
  const at::Tensor own = norm2_->forward(queries);
  const at::Tensor all = at::cat({norm1_->forward(seen), own}, 1);
  const std::vector<at::Tensor> kv = to_kv_->forward(all, adapted).chunk(2, -1);
  const at::Tensor result = at::scaled_dot_product_attention(splitHeads(to_q_->forward(own, adapted), heads_),
                                                             splitHeads(kv[0], heads_), splitHeads(kv[1], heads_));
  return to_out_->forward(joinHeads(result), adapted);
}

ResamplerImpl::ResamplerImpl(const ResamplerConfig& config)
    : config_(config),
      latents_(register_parameter("latents", at::empty({1, config.queries, config.width}))),
      proj_in_(register_module("proj_in", AdaptableLinear(config.inputs, config.width))),
      proj_out_(register_module("proj_out", AdaptableLinear(config.width, config.outputs))),
      norm_out_(register_module("norm_out", LayerNorm(config.outputs))) {
  const auto layers = submodule(*this, "layers");
  const int hidden = config.multiplier * config.width;
  for (int i = 0; i < config.depth; ++i) {
    const auto owner = submodule(*layers, std::to_string(i));
    Level level;
    level.attention = owner->register_module("0", ResamplerAttention(config));
    const auto forward = submodule(*owner, "1");
    const LayerNorm norm = forward->register_module("0", LayerNorm(config.width));
    level.widen = forward->register_module(
        "1", Linear(config.width, hidden, LinearOptions{.bias = false, .activation = Activation::Gelu, .norm = norm}));
    level.narrow = forward->register_module("3", Linear(hidden, config.width, LinearOptions{.bias = false}));
    levels_.push_back(std::move(level));
  }
}

at::Tensor ResamplerImpl::forward(const at::Tensor& picture, bool adapted) {
  TORCH_CHECK(picture.dim() == 3 && picture.size(2) == config_.inputs, "Resampler: expected N T ", config_.inputs,
              ", found ", picture.sizes());
  const at::Tensor seen = proj_in_->forward(picture, adapted);
  at::Tensor queries = latents_.to(seen.scalar_type()).expand({picture.size(0), -1, -1}).contiguous();
  for (Level& level : levels_) {
    queries = queries + level.attention->forward(seen, queries, adapted);
    queries = level.narrow->forward(level.widen->forward(queries), queries);
  }
  return norm_out_->forward(proj_out_->forward(queries, adapted));
}

}  // namespace heirloom::models
