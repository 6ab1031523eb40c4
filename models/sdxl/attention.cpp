#include "models/sdxl/attention.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

LinearOptions behind(const LayerNorm& norm) {
  return {.bias = false, .norm = norm};
}

/// "to_out.0"; "to_out.1" of the reference is a dropout.
AdaptableLinear outputOf(torch::nn::Module& owner, int width) {
  return submodule(owner, "to_out")->register_module("0", AdaptableLinear(width, width));
}

}  // namespace

at::Tensor splitHeads(const at::Tensor& tokens, std::int64_t heads) {
  return tokens.unflatten(-1, {heads, tokens.size(-1) / heads}).transpose(1, 2);  // N L H D -> N H L D
}

at::Tensor joinHeads(const at::Tensor& tokens) {
  return tokens.transpose(1, 2).flatten(2);  // N H L D -> N L C
}

SelfAttentionImpl::SelfAttentionImpl(int width, int heads, const LayerNorm& norm)
    : heads_(heads),
      to_q_(register_module("to_q", AdaptableLinear(width, width, behind(norm)))),
      to_k_(register_module("to_k", AdaptableLinear(width, width, behind(norm)))),
      to_v_(register_module("to_v", AdaptableLinear(width, width, behind(norm)))),
      to_out_(outputOf(*this, width)) {}

at::Tensor SelfAttentionImpl::forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual) {
  const auto part = [&](AdaptableLinear& layer) { return splitHeads(layer->forward(x, pass.adapted), heads_); };
  const at::Tensor seen = at::scaled_dot_product_attention(part(to_q_), part(to_k_), part(to_v_));
  return to_out_->forward(joinHeads(seen), pass.adapted, residual);
}

CrossAttentionImpl::CrossAttentionImpl(int width, int heads, int textWidth, const LayerNorm& norm)
    : heads_(heads),
      width_(width),
      to_q_(register_module("to_q", AdaptableLinear(width, width, behind(norm)))),
      to_k_(register_module("to_k", Linear(textWidth, width, LinearOptions{.bias = false}))),
      to_v_(register_module("to_v", Linear(textWidth, width, LinearOptions{.bias = false}))),
      to_out_(outputOf(*this, width)) {}

at::Tensor CrossAttentionImpl::forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual) {
  const std::vector<at::Tensor> text =
      pass.once(*this, RunMemory::Kind::Text, /*depends=*/false, [&]() -> std::vector<at::Tensor> {
        return {splitHeads(to_k_->forward(pass.text), heads_), splitHeads(to_v_->forward(pass.text), heads_)};
      });
  const at::Tensor queries = splitHeads(to_q_->forward(x, pass.adapted), heads_);
  at::Tensor seen = at::scaled_dot_product_attention(queries, text[0], text[1]);
  if (branch_) seen = seen + branch_->attend(queries, pass);
  return to_out_->forward(joinHeads(seen), pass.adapted, residual);
}

}  // namespace heirloom::models
