#include "models/common/vae_blocks.h"

#include <torch/types.h>

namespace heirloom::models {

void VaeConvolutionImpl::place(const Placement& placement) {
  Placement own = placement;
  if (placement.device.is_cpu()) own.precision = at::kFloat;
  ConvolutionImpl::place(own);
}

VaeResBlockImpl::VaeResBlockImpl(int in, int out, int groups, const std::string& shortcut)
    : norm1_(register_module("norm1", VaeNorm(in, groups))),
      conv1_(register_module("conv1", VaeConvolution(ConvolutionOptions{.in = in, .out = out}))),
      norm2_(register_module("norm2", VaeNorm(out, groups))),
      conv2_(register_module("conv2", VaeConvolution(ConvolutionOptions{.in = out, .out = out}))) {
  if (in != out) {
    shortcut_ = register_module(shortcut, VaeConvolution(ConvolutionOptions{.in = in, .out = out, .kernel = 1}));
  }
}

at::Tensor VaeResBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = norm2_->activated(conv1_->forward(norm1_->activated(x)));
  return shortcut_ ? conv2_->addTo(shortcut_->forward(x), y) : conv2_->plus(x, y);
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
