#include "models/sdxl/transformer.h"

#include <torch/types.h>

#include <memory>
#include <string>

#include "models/common/layout.h"

namespace heirloom::models {
namespace {

constexpr double kMapEpsilon = 1e-6;  // of the norm before the tokens; the configuration's is for residual blocks

}  // namespace

GatedFeedForwardImpl::GatedFeedForwardImpl(int width, const LayerNorm& norm)
    : proj_(width, 8 * width, LinearOptions{.gated = true, .norm = norm}), out_(4 * width, width) {
  const auto net = submodule(*this, "net");
  submodule(*net, "0")->register_module("proj", proj_);
  net->register_module("2", out_);
}

at::Tensor GatedFeedForwardImpl::forward(const at::Tensor& x, const Pass& pass, const at::Tensor& residual) {
  if (proj_->differs(pass.adapted) || out_->differs(pass.adapted))
    return out_->forward(proj_->forward(x, pass.adapted), pass.adapted, residual);
  const std::shared_ptr<LinearImpl> proj = proj_.ptr(), out = out_.ptr();
  Linear first(proj), second(out);
  return perceptron(x, first, second, residual);
}

TransformerBlockImpl::TransformerBlockImpl(int width, int heads, int textWidth) {
  norm1 = register_module("norm1", LayerNorm(width));
  attn1 = register_module("attn1", SelfAttention(width, heads, norm1));
  if (textWidth > 0) {
    norm2 = register_module("norm2", LayerNorm(width));
    attn2 = register_module("attn2", CrossAttention(width, heads, textWidth, norm2));
  }
  norm3 = register_module("norm3", LayerNorm(width));
  ff = register_module("ff", GatedFeedForward(width, norm3));
}

at::Tensor TransformerBlockImpl::forward(const at::Tensor& x, const Pass& pass) {
  const Visit visit(pass, *this);
  if (!pass.runner) return computed(x, pass);
  return pass.runner->run([this](const at::Tensor& y, const Pass& own) { return computed(y, own); }, x, pass);
}

at::Tensor TransformerBlockImpl::computed(at::Tensor x, const Pass& pass) {
  x = attn1->forward(x, pass, x);
  if (attn2) x = attn2->forward(x, pass, x);
  return ff->forward(x, pass, x);
}

MapTransformerImpl::MapTransformerImpl(int width, int heads, int depth, int textWidth, int groups)
    : norm_(register_module("norm", GroupNorm(groups, width, kMapEpsilon))),
      proj_in_(register_module("proj_in", AdaptableLinear(width, width))),
      proj_out_(nullptr) {
  const auto owner = submodule(*this, "transformer_blocks");
  for (int i = 0; i < depth; ++i)
    blocks.push_back(owner->register_module(std::to_string(i), TransformerBlock(width, heads, textWidth)));
  proj_out_ = register_module("proj_out", AdaptableLinear(width, width));
}

at::Tensor MapTransformerImpl::tokens(const at::Tensor& x, const Pass& pass) {
  const at::Tensor rows = norm_->forward(x).permute({0, 2, 3, 1}).flatten(1, 2);  // N C H W -> N HW C
  return proj_in_->forward(rows, pass.adapted);
}

at::Tensor MapTransformerImpl::forward(const at::Tensor& x, const Pass& pass) {
  const Visit visit(pass, *this);
  at::Tensor t = tokens(x, pass);
  for (auto& block : blocks) t = block->forward(t, pass);
  const at::Tensor residual = x.permute({0, 2, 3, 1}).flatten(1, 2);
  const at::Tensor map = proj_out_->forward(t, pass.adapted, residual).unflatten(1, {x.size(2), x.size(3)});
  return laidOut(map.permute({0, 3, 1, 2}));  // N H W C -> N C H W, which is channels-last
}

}  // namespace heirloom::models
