#include "models/restorevar/quantiser.h"

#include <torch/types.h>

#include <array>
#include <cmath>
#include <string>

namespace heirloom::models {
namespace {

constexpr int kSmoothers = 4;

}  // namespace

int smootherOf(int scale, int scales, int convolutions) {
  constexpr std::array<int, 10> kOfTen = {0, 0, 1, 1, 1, 2, 2, 3, 3, 3};
  if (scales == static_cast<int>(kOfTen.size()) && convolutions == kSmoothers)
    return kOfTen[static_cast<std::size_t>(scale)];
  const double at = scales > 1 ? static_cast<double>(scale) / (scales - 1) : 0;
  const double first = 1.0 / (3 * convolutions), last = 1 - first;
  int nearest = 0;
  double least = 2;
  for (int i = 0; i < convolutions; ++i) {
    const double tick = convolutions > 1 ? first + (last - first) * i / (convolutions - 1) : first;
    if (std::abs(tick - at) < least) {
      least = std::abs(tick - at);
      nearest = i;
    }
  }
  return nearest;
}

QuantiserImpl::QuantiserImpl(const VqVaeConfig& config) {
  const auto embedding = submodule(*this, "embedding");
  embedding_ = embedding->register_parameter("weight", at::empty({config.vocabulary, config.latent}));
  const auto shared = submodule(*this, "quant_resi");
  const auto list = submodule(*shared, "qresi_ls");
  for (int i = 0; i < kSmoothers; ++i) {
    const ConvolutionOptions options{.in = config.latent, .out = config.latent, .outer = true};
    smoothers_.push_back(list->register_module(std::to_string(i), Convolution(options)));
  }
}

at::Tensor QuantiserImpl::codes(const at::Tensor& tokens) {
  return at::embedding(embedding_, tokens).permute({0, 3, 1, 2});  // N p p Z -> N Z p p
}

at::Tensor QuantiserImpl::smoothed(const at::Tensor& latent, int smoother) {
  return latent.mul(0.5).add_(smoothers_[static_cast<std::size_t>(smoother)]->forward(latent), 0.5);
}

at::Tensor QuantiserImpl::contribution(const at::Tensor& tokens, int scale, int scales, int grid) {
  at::Tensor coded = codes(tokens);
  if (coded.size(2) != grid) coded = at::upsample_bicubic2d(coded.contiguous(), {grid, grid}, /*align_corners=*/false);
  return smoothed(coded, smootherOf(scale, scales));
}

at::Tensor QuantiserImpl::pooled(const at::Tensor& latent, int side) {
  return at::adaptive_avg_pool2d(latent, {side, side});
}

// The distance as the reference writes it: which of two codes is nearer must not depend on the rounding.
at::Tensor QuantiserImpl::nearest(const at::Tensor& latent) {
  const at::Tensor z = latent.permute({0, 2, 3, 1}).flatten(0, 2);  // N p p Z -> tokens Z
  const at::Tensor distance = z.square().sum(1, true) + embedding_.square().sum(1) - 2 * z.matmul(embedding_.t());
  return distance.argmin(1).view({latent.size(0), latent.size(2), latent.size(3)});
}

QuantiserImpl::Encoding QuantiserImpl::encode(const at::Tensor& latent, const std::vector<int>& sides) {
  Encoding encoding;
  const int scales = static_cast<int>(sides.size());
  at::Tensor rest = latent;
  at::Tensor sum = at::zeros_like(latent);
  for (int scale = 0; scale < scales; ++scale) {
    const int side = sides[static_cast<std::size_t>(scale)];
    encoding.tokens.push_back(nearest(side == latent.size(2) ? rest : pooled(rest, side)));
    const at::Tensor part = contribution(encoding.tokens.back(), scale, scales, static_cast<int>(latent.size(2)));
    sum = sum + part;
    rest = rest - part;
    encoding.partial.push_back(sum);
  }
  return encoding;
}

}  // namespace heirloom::models
