#include "models/dat/attention.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr int kChannelReduction = 8;
constexpr int kPixelReduction = 16;

}  // namespace

DatInteraction::DatInteraction(torch::nn::Module& owner, int features)
    : dwconv_(ConvolutionOptions{.in = features, .out = features, .groups = features}),
      dwconvNorm_(features),
      channelSqueeze_(pointwise(features, features / kChannelReduction)),
      channelNorm_(features / kChannelReduction),
      channelExcite_(pointwise(features / kChannelReduction, features)),
      pixelSqueeze_(pointwise(features, features / kPixelReduction)),
      pixelNorm_(features / kPixelReduction),
      pixelExcite_(pointwise(features / kPixelReduction, 1)) {
  const auto part = [&](const char* name) { return submodule(owner, name); };
  const auto dwconv = part("dwconv");
  dwconv->register_module("0", dwconv_);
  dwconv->register_module("1", dwconvNorm_);
  const auto channels = part("channel_interaction");
  channels->register_module("1", channelSqueeze_);
  channels->register_module("2", channelNorm_);
  channels->register_module("4", channelExcite_);
  const auto pixels = part("spatial_interaction");
  pixels->register_module("0", pixelSqueeze_);
  pixels->register_module("1", pixelNorm_);
  pixels->register_module("3", pixelExcite_);
}

at::Tensor DatInteraction::convolved(const at::Tensor& values) {
  return at::gelu(dwconvNorm_->forward(dwconv_->forward(values)));
}

at::Tensor DatInteraction::channelWeights(const at::Tensor& branch) {
  const at::Tensor inner = at::gelu(channelNorm_->forward(channelSqueeze_->forward(channelMeans(branch))));
  return channelExcite_->forward(inner).sigmoid().to(branch.scalar_type());
}

at::Tensor DatInteraction::pixelWeights(const at::Tensor& branch) {
  return pixelExcite_->forward(at::gelu(pixelNorm_->forward(pixelSqueeze_->forward(branch)))).sigmoid();
}

DatAttentionImpl::DatAttentionImpl(const DatConfig& config, bool spatial, bool shifted, const LayerNorm& norm)
    : config_(config),
      spatial_(spatial),
      qkv_(register_module("qkv", Linear(config.features, 3 * config.features, LinearOptions{.norm = norm}))),
      proj_(register_module("proj", Linear(config.features, config.features))),
      interaction_(*this, config.features) {
  if (!spatial) {
    temperature_ = register_parameter("temperature", at::empty({config.heads, 1, 1}));
    return;
  }
  windows_ = CrossedWindows(*this, {config.features, config.heads, config.shortSide, config.longSide, shifted});
}

// Which branch makes which weights differs between the two kinds.
at::Tensor DatAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = qkv_->forward(x);
  const at::Tensor values = toImage(qkv.narrow(3, 2 * config_.features, config_.features));
  const at::Tensor convolved = interaction_.convolved(values);
  const at::Tensor attended =
      toImage(spatial_ ? windows_.forward(qkv) : wholeTransposedAttention(qkv, config_.heads, temperature_));
  const at::Tensor together =
      spatial_ ? attended * interaction_.channelWeights(convolved) + convolved * interaction_.pixelWeights(attended)
               : attended * interaction_.pixelWeights(convolved) + convolved * interaction_.channelWeights(attended);
  return proj_->forward(toTokens(together), x);
}

// Before the layers below are: the bias is made in float32.
void DatAttentionImpl::place(const Placement&) {
  windows_.place();
}

}  // namespace heirloom::models
