#include "models/restorevar/vqvae_blocks.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

ConvolutionOptions pointwise(int in, int out) {
  return {.in = in, .out = out, .kernel = 1};
}

}  // namespace

void VaeConvolutionImpl::place(const Placement& placement) {
  Placement own = placement;
  if (placement.device.is_cpu()) own.precision = at::kFloat;
  ConvolutionImpl::place(own);
}

VaeResBlockImpl::VaeResBlockImpl(int in, int out)
    : norm1_(register_module("norm1", VaeNorm(in))),
      conv1_(register_module("conv1", VaeConvolution(ConvolutionOptions{.in = in, .out = out}))),
      norm2_(register_module("norm2", VaeNorm(out))),
      conv2_(register_module("conv2", VaeConvolution(ConvolutionOptions{.in = out, .out = out}))) {
  if (in != out) nin_shortcut_ = register_module("nin_shortcut", VaeConvolution(pointwise(in, out)));
}

at::Tensor VaeResBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = norm2_->activated(conv1_->forward(norm1_->activated(x)));
  return nin_shortcut_ ? conv2_->addTo(nin_shortcut_->forward(x), y) : conv2_->plus(x, y);
}

VaeAttentionImpl::VaeAttentionImpl(int channels)
    : norm_(register_module("norm", VaeNorm(channels))),
      qkv_(register_module("qkv", VaeConvolution(pointwise(channels, 3 * channels)))),
      proj_out_(register_module("proj_out", VaeConvolution(pointwise(channels, channels)))) {}

at::Tensor VaeAttentionImpl::forward(const at::Tensor& x) {
  const std::int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const at::Tensor qkv = qkv_->forward(norm_->forward(x))
                             .contiguous(at::MemoryFormat::ChannelsLast)
                             .permute({0, 2, 3, 1})
                             .view({n, 1, h * w, 3 * c});
  const auto part = [&](std::int64_t index) { return qkv.narrow(3, index * c, c); };
  const at::Tensor seen = at::scaled_dot_product_attention(part(0), part(1), part(2));
  return proj_out_->plus(x, seen.reshape({n, h, w, c}).permute({0, 3, 1, 2}));
}

VaeDownsampleImpl::VaeDownsampleImpl(int channels)
    : conv_(register_module(
          "conv", VaeConvolution(ConvolutionOptions{.in = channels, .out = channels, .stride = 2, .padding = 0}))) {}

at::Tensor VaeDownsampleImpl::forward(const at::Tensor& x) {
  return conv_->forward(at::constant_pad_nd(x, {0, 1, 0, 1}));
}

VaeUpsampleImpl::VaeUpsampleImpl(int channels)
    : conv_(register_module("conv", VaeConvolution(ConvolutionOptions{.in = channels, .out = channels}))) {}

at::Tensor VaeUpsampleImpl::forward(const at::Tensor& x) {
  return conv_->forward(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
}

}  // namespace heirloom::models
