#include "models/nafnet/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/channel_norm.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-6;

/// The product of the channels' halves.
at::Tensor gated(const at::Tensor& x) {
  const std::int64_t half = x.size(1) / 2;
  return x.narrow(1, 0, half) * x.narrow(1, half, half);
}

/// What channels are weighed by. Local statistics are the tile's own, though its window may cover it.
at::Tensor meansOf(const at::Tensor& x, std::int64_t window) {
  if (window == 0) return channelMeans(x);
  if (window < x.size(2) || window < x.size(3)) return localMean(x, window);
  return x.mean(at::IntArrayRef{2, 3}, /*keepdim=*/true, at::kFloat);
}

}  // namespace

at::Tensor localMean(const at::Tensor& x, std::int64_t window) {
  const std::int64_t rows = std::min(window, x.size(2)), columns = std::min(window, x.size(3));
  // Sums over everything above and to the left, with a row and a column of zeros before them. Double, because they grow
  // with the picture while their differences do not.
  const at::Tensor sums = at::constant_pad_nd(x.to(at::kDouble).cumsum(3).cumsum(2), {1, 0, 1, 0});
  const std::int64_t h = x.size(2) - rows + 1, w = x.size(3) - columns + 1;
  const auto from = [&](std::int64_t y, std::int64_t x0) { return sums.slice(2, y, y + h).slice(3, x0, x0 + w); };
  const at::Tensor means =
      ((from(rows, columns) - from(0, columns) - from(rows, 0) + from(0, 0)) / static_cast<double>(rows * columns))
          .to(at::kFloat);
  const std::int64_t down = x.size(2) - h, across = x.size(3) - w;
  return at::replication_pad2d(means, {across / 2, across - across / 2, down / 2, down - down / 2});
}

NafBlockImpl::NafBlockImpl(int features)
    : conv1_(register_module("conv1", Convolution(pointwise(features, 2 * features)))),
      conv2_(register_module(
          "conv2", Convolution(ConvolutionOptions{.in = 2 * features, .out = 2 * features, .groups = 2 * features}))),
      conv3_(register_module("conv3", Convolution(pointwise(features, features)))),
      sca_(pointwise(features, features)),
      conv4_(register_module("conv4", Convolution(pointwise(features, 2 * features)))),
      conv5_(register_module("conv5", Convolution(pointwise(features, features)))),
      norm1_(register_module("norm1", LayerNorm(features, kEpsilon))),
      norm2_(register_module("norm2", LayerNorm(features, kEpsilon))),
      beta_(register_parameter("beta", at::empty({1, features, 1, 1}))),
      gamma_(register_parameter("gamma", at::empty({1, features, 1, 1}))) {
  submodule(*this, "sca")->register_module("1", sca_);
}

at::Tensor NafBlockImpl::forward(const at::Tensor& x, std::int64_t window) {
  at::Tensor inner = gated(conv2_->forward(conv1_->forward(channelNorm(norm1_, x))));
  inner = inner * sca_->forward(meansOf(inner, window)).to(inner.scalar_type());
  const at::Tensor y = folded_ ? conv3_->plus(x, inner) : x + conv3_->forward(inner) * beta_;
  inner = gated(conv4_->forward(channelNorm(norm2_, y)));
  return folded_ ? conv5_->plus(y, inner) : y + conv5_->forward(inner) * gamma_;
}

// Before the convolutions are: they take the gain with them. The plain twin keeps the steps apart.
void NafBlockImpl::place(const Placement& placement) {
  folded_ = !placement.plain;
  if (!folded_) {
    beta_.set_data(beta_.to(placement.precision));
    gamma_.set_data(gamma_.to(placement.precision));
    return;
  }
  const auto fold = [](Convolution& convolution, const at::Tensor& gain) {
    convolution->weight.set_data(convolution->weight.detach() * gain.detach().view({-1, 1, 1, 1}));
    convolution->bias.set_data(convolution->bias.detach() * gain.detach().flatten());
  };
  fold(conv3_, beta_);
  fold(conv5_, gamma_);
}

NafNetImpl::NafNetImpl(const NafNetConfig& config)
    : u_(*this, {config.channels, config.width, config.encoders, config.middle, config.decoders},
         [](int features) { return NafBlock(features); }) {}

at::Tensor NafNetImpl::forward(const at::Tensor& image, Observer* observer, std::int64_t window) {
  return u_.forward(image, observer, [window](NafBlock& block, const at::Tensor& x, std::size_t level) {
    return block->forward(x, window >> level);
  });
}

}  // namespace heirloom::models
