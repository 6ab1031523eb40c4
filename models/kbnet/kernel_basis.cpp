#include "models/kbnet/kernel_basis.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kKernel = 3;
// Values of mixed kernels that exist at once: what caches hold, or what fills a device.
constexpr std::int64_t kAtOnce = std::int64_t{1} << 20;
constexpr std::int64_t kAtOnceOnDevice = std::int64_t{1} << 26;

}  // namespace

at::Tensor mixedConvolution(const at::Tensor& x, const at::Tensor& shares, const at::Tensor& kernels,
                            const at::Tensor& offsets) {
  const std::int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const std::int64_t each = kernels.size(1) / c;  // numbers of an output channel's kernel
  const std::int64_t group = each / (kKernel * kKernel);
  const at::Tensor shareTokens = toTokens(shares);  // N H W bases
  const at::Tensor framed = at::constant_pad_nd(toTokens(x), {0, 0, 1, 1, 1, 1});
  // N H W C 3 3, a view: the surroundings of every pixel.
  const at::Tensor around = framed.unfold(1, kKernel, 1).unfold(2, kKernel, 1);
  at::Tensor result = at::empty({n, h, w, c}, x.options());
  const std::int64_t pixels = std::max<std::int64_t>(1, (x.is_cpu() ? kAtOnce : kAtOnceOnDevice) / kernels.size(1));
  const std::int64_t columns = std::min(w, pixels), rows = std::min(h, std::max<std::int64_t>(1, pixels / w));
  for (std::int64_t y = 0; y < h; y += rows) {
    for (std::int64_t left = 0; left < w; left += columns) {
      const auto part = [&](const at::Tensor& of) {
        return of.slice(1, y, std::min(y + rows, h)).slice(2, left, std::min(left + columns, w));
      };
      const at::Tensor mine = part(shareTokens).reshape({-1, shares.size(1)});
      at::Tensor mixed = at::matmul(mine, kernels).view({-1, c / group, group, each});
      mixed.mul_(part(around).reshape({-1, c / group, 1, each}));
      at::Tensor out = part(result);
      out.copy_(at::addmm(mixed.sum(-1).view({-1, c}), mine, offsets).view(out.sizes()));
    }
  }
  return toImage(result);
}

KernelBasis::KernelBasis(torch::nn::Module& owner, const KernelBasisConfig& config)
    : w_(owner.register_parameter("w", at::empty({1, config.bases, config.mixed * config.group * kKernel * kKernel}))),
      b_(owner.register_parameter("b", at::empty({1, config.bases, config.mixed}))),
      attgamma_(owner.register_parameter("attgamma", at::empty({1, config.bases, 1, 1}))),
      ga1_(owner.register_parameter("ga1", at::empty({1, config.mixed, 1, 1}))),
      conv211_(owner.register_module(
          "conv211", Convolution(ConvolutionOptions{.in = config.features, .out = config.bases, .kernel = 1}))) {
  const int between = std::min(config.features, config.widest);
  const auto conv2 = submodule(owner, "conv2");
  conv0_ = conv2->register_module(
      "0", Convolution(ConvolutionOptions{.in = config.features, .out = between, .groups = between}));
  conv2_ =
      conv2->register_module("2", Convolution(ConvolutionOptions{.in = between / 2, .out = config.bases, .kernel = 1}));
}

at::Tensor KernelBasis::forward(const at::Tensor& x, const at::Tensor& features) {
  const at::Tensor inner = conv0_->forward(features);
  const std::int64_t half = inner.size(1) / 2;
  const at::Tensor local = conv2_->forward(inner.narrow(1, 0, half) * inner.narrow(1, half, half));
  const at::Tensor shares = conv211_->plus(local * attgamma_.to(local.scalar_type()), features);
  return x + mixedConvolution(x, shares, kernels_, offsets_);
}

void KernelBasis::place(const Placement& placement) {
  const auto placed = [&](const at::Tensor& tensor) { return tensor.to(placement.precision).contiguous(); };
  const at::Tensor gain = ga1_.detach().view({1, -1, 1});
  kernels_ = placed((w_.detach().view({w_.size(1), gain.size(1), -1}) * gain).flatten(1));
  offsets_ = placed(b_.detach().squeeze(0) * gain.view({1, -1}));
}

}  // namespace heirloom::models
