#include "models/mambair/block.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

constexpr int kWays = 4;

at::Tensor scaled(const at::Tensor& x, const at::Tensor& by) {
  return x * by.to(x.scalar_type());
}

}  // namespace

MambaIrScanImpl::MambaIrScanImpl(const MambaIrConfig& config, const LayerNorm& norm)
    : x_proj_weight_(
          register_parameter("x_proj_weight", at::empty({kWays, config.rank + 2 * config.states, config.inner}))),
      dt_projs_weight_(register_parameter("dt_projs_weight", at::empty({kWays, config.inner, config.rank}))),
      dt_projs_bias_(register_parameter("dt_projs_bias", at::empty({kWays, config.inner}))),
      A_logs_(register_parameter("A_logs", at::empty({kWays * config.inner, config.states}))),
      Ds_(register_parameter("Ds", at::empty({kWays * config.inner}))),
      in_proj_(register_module("in_proj",
                               Linear(config.features, 2 * config.inner, LinearOptions{.bias = false, .norm = norm}))),
      conv2d_(register_module(
          "conv2d", Convolution(ConvolutionOptions{.in = config.inner, .out = config.inner, .groups = config.inner}))),
      out_norm_(register_module("out_norm", LayerNorm(config.inner))),
      out_proj_(register_module("out_proj", Linear(config.inner, config.features, LinearOptions{.bias = false}))) {}

SelectiveScanWeights MambaIrScanImpl::weights() const {
  const std::int64_t inner = dt_projs_bias_.size(1);
  return {dt_projs_weight_, dt_projs_bias_, -A_logs_.exp().view({kWays, inner, -1}), Ds_.view({kWays, inner})};
}

at::Tensor MambaIrScanImpl::forward(const at::Tensor& x, const at::Tensor& residual) {
  const at::Tensor both = in_proj_->forward(x);
  const std::int64_t inner = both.size(3) / 2;
  const at::Tensor shown = at::silu(toTokens(conv2d_->forward(toImage(both.narrow(3, 0, inner)))).to(at::kFloat));
  const at::Tensor projected =  // N H W 4 R+2S
      at::linear(shown, x_proj_weight_.flatten(0, 1)).unflatten(3, at::IntArrayRef{kWays, x_proj_weight_.size(1)});
  const at::Tensor scan = (plain_ ? plainSelectiveScan : selectiveScan)(shown, projected, weights());
  const at::Tensor gate = at::silu(both.narrow(3, inner, inner));
  return out_proj_->forward(out_norm_->forward(scan) * gate, residual);
}

// The scan stays in float32: its states add up over all pixels.
void MambaIrScanImpl::place(const Placement& placement) {
  plain_ = placement.plain;
}

MambaIrBlockImpl::MambaIrBlockImpl(const MambaIrConfig& config)
    : skip_scale_(register_parameter("skip_scale", at::empty({config.features}))),
      skip_scale2_(register_parameter("skip_scale2", at::empty({config.features}))),
      ln_1_(register_module("ln_1", LayerNorm(config.features))),
      ln_2_(LayerNorm(config.features)),
      self_attention_(register_module("self_attention", MambaIrScan(config, ln_1_))) {
  const int f = config.features, c = config.compressed;
  const auto cab = submodule(*submodule(*this, "conv_blk"), "cab");
  const auto add = [&](const char* name, const ConvolutionOptions& options) {
    cab_.push_back(cab->register_module(name, Convolution(options)));
  };
  const bool light = config.head.kind == PictureHeadKind::PixelShuffleDirect;
  if (light) {
    add("0", {.in = f, .out = c, .kernel = 1});
    add("1", {.in = c, .out = c, .groups = c, .activation = Activation::Gelu});
    add("3", {.in = c, .out = f, .kernel = 1});
    add("4", {.in = f, .out = f, .dilation = 2, .groups = f});
  } else {
    add("0", {.in = f, .out = c, .activation = Activation::Gelu});
    add("2", {.in = c, .out = f});
  }
  attention_ =
      ChannelAttention(*submodule(*submodule(*cab, light ? "5" : "3"), "attention"), "1", "3", f, config.squeezed);
  register_module("ln_2", ln_2_);
}

at::Tensor MambaIrBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = self_attention_->forward(x, scaled(x, skip_scale_));
  at::Tensor local = toImage(ln_2_->forward(y));
  for (Convolution& convolution : cab_) local = convolution->forward(local);
  return toTokens(at::addcmul(toImage(scaled(y, skip_scale2_)), local, attention_.weights(local)));
}

}  // namespace heirloom::models
