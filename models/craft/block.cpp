#include "models/craft/block.h"

#include <torch/types.h>

#include "models/common/channel_norm.h"
#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {

CraftWindowBlockImpl::CraftWindowBlockImpl(const CraftConfig& config, bool shifted)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      qkv_(register_module(
          "qkv", Linear(config.features, 3 * config.features, LinearOptions{.bias = config.bias, .norm = norm1_}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      get_v_(register_module("get_v", Convolution(depthwise(config.features)))),
      windows_(*this, {.features = config.features,
                       .heads = config.heads,
                       .shortSide = config.shortSide,
                       .longSide = config.longSide,
                       .shifted = shifted,
                       .masked = false,
                       .ownTables = false}),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      fc2_(config.hidden, config.features) {
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

at::Tensor CraftWindowBlockImpl::forward(const at::Tensor& x) {
  const std::int64_t features = x.size(3);
  const at::Tensor qkv = qkv_->forward(x);
  const at::Tensor convolved = toTokens(get_v_->forward(toImage(qkv.narrow(3, 2 * features, features))));
  const at::Tensor y = proj_->forward(windows_.forward(qkv) + convolved, x);
  return perceptron(y, fc1_, fc2_, y);
}

// Before the layers below are: the bias is made in float32.
void CraftWindowBlockImpl::place(const Placement&) {
  windows_.place();
}

CraftRefinementImpl::CraftRefinementImpl(int features)
    : conv_(register_module("conv", Convolution(ConvolutionOptions{
                                        .in = features / 2, .out = features / 2, .activation = Activation::Gelu}))),
      fc_(register_module("fc", Convolution(pointwise(features / 2, features / 2, {.activation = Activation::Gelu})))),
      last_fc_(register_module("last_fc", Convolution(pointwise(features, features)))) {}

at::Tensor CraftRefinementImpl::forward(const at::Tensor& x) {
  const std::vector<at::Tensor> halves = x.chunk(2, 1);
  const at::Tensor largest = at::max_pool2d(halves[1].contiguous(at::MemoryFormat::ChannelsLast), {3, 3},
                                            /*stride=*/{1, 1}, /*padding=*/{1, 1});
  return last_fc_->plus(x, at::cat({conv_->forward(halves[0]), fc_->forward(largest)}, 1));
}

CraftFusionImpl::CraftFusionImpl(const CraftConfig& config)
    : heads_(config.heads),
      norm1_(config.features),
      norm2_(config.features),
      q_(pointwise(config.features, config.features, {.bias = false})),
      q_dwconv_(depthwise(config.features, {.bias = false})),
      kv_(pointwise(config.features, 2 * config.features, {.bias = false})),
      kv_dwconv_(depthwise(2 * config.features, {.bias = false})),
      project_out_(pointwise(config.features, config.features, {.bias = false})) {
  submodule(*this, "norm1")->register_module("body", norm1_);
  submodule(*this, "norm2")->register_module("body", norm2_);
  const auto attn = submodule(*this, "attn");
  temperature_ = attn->register_parameter("temperature", at::empty({config.heads, 1, 1}));
  attn->register_module("q", q_);
  attn->register_module("q_dwconv", q_dwconv_);
  attn->register_module("kv", kv_);
  attn->register_module("kv_dwconv", kv_dwconv_);
  attn->register_module("project_out", project_out_);
  ffn_ = GatedConvolutions(*submodule(*this, "ffn"), config.features, config.gated);
}

at::Tensor CraftFusionImpl::forward(const at::Tensor& low, const at::Tensor& high) {
  const at::Tensor q = q_dwconv_->forward(q_->forward(high));
  const at::Tensor kv = kv_dwconv_->forward(kv_->forward(channelNorm(norm1_, low)));
  const at::Tensor qkv = toTokens(at::cat({q, kv}, 1));
  const at::Tensor y = project_out_->plus(low, toImage(wholeTransposedAttention(qkv, heads_, temperature_)));
  return ffn_.plus(y, channelNorm(norm2_, y));
}

}  // namespace heirloom::models
