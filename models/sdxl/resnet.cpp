#include "models/sdxl/resnet.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

AdaptableConvolution convolution(int in, int out, int kernel = 3, int stride = 1) {
  return AdaptableConvolution(
      ConvolutionOptions{.in = in, .out = out, .kernel = kernel, .stride = stride, .padding = kernel / 2});
}

}  // namespace

UNetResBlockImpl::UNetResBlockImpl(int in, int out, int embedding, int groups, double epsilon)
    : norm1_(register_module("norm1", GroupNorm(groups, in, epsilon))),
      conv1_(register_module("conv1", convolution(in, out))),
      time_emb_proj_(register_module("time_emb_proj", AdaptableLinear(embedding, out))),
      norm2_(register_module("norm2", GroupNorm(groups, out, epsilon))),
      conv2_(register_module("conv2", convolution(out, out))) {
  if (in != out) conv_shortcut_ = register_module("conv_shortcut", convolution(in, out, 1));
}

at::Tensor UNetResBlockImpl::forward(const at::Tensor& x, const Pass& pass) {
  const Visit visit(pass, *this);
  if (!pass.runner) return computed(x, pass);
  Pass seen = pass;
  seen.text = seen.image = at::Tensor();  // nothing of them is looked at, so that no gradient is to go there
  return pass.runner->run([this](const at::Tensor& y, const Pass& own) { return computed(y, own); }, x, seen);
}

at::Tensor UNetResBlockImpl::computed(const at::Tensor& x, const Pass& pass) {
  const at::Tensor time = pass.stepwise(
      *this, [&](const at::Tensor& embedding) { return time_emb_proj_->forward(at::silu(embedding), pass.adapted); });
  at::Tensor y = conv1_->forward(norm1_->activated(x), pass.adapted);
  y = y + time.unsqueeze(-1).unsqueeze(-1);  // N C 1 1
  const at::Tensor shortcut = conv_shortcut_ ? conv_shortcut_->forward(x, pass.adapted) : x;
  return conv2_->plus(shortcut, norm2_->activated(y), pass.adapted);
}

UNetDownsampleImpl::UNetDownsampleImpl(int channels)
    : conv_(register_module("conv", convolution(channels, channels, 3, 2))) {}

at::Tensor UNetDownsampleImpl::forward(const at::Tensor& x, const Pass& pass) {
  const Visit visit(pass, *this);
  return conv_->forward(x, pass.adapted);
}

UNetUpsampleImpl::UNetUpsampleImpl(int channels) : conv_(register_module("conv", convolution(channels, channels))) {}

at::Tensor UNetUpsampleImpl::forward(const at::Tensor& x, const Pass& pass) {
  const Visit visit(pass, *this);
  return conv_->forward(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}), pass.adapted);
}

}  // namespace heirloom::models
