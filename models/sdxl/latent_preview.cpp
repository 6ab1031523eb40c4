#include "models/sdxl/latent_preview.h"

namespace heirloom::models {
namespace {

constexpr double kRidge = 1e-6;  // of a channel's variance: keeps directions that the photo does not show out of it

/// Channels first, every position of every picture behind them: C P in float64 on the CPU.
at::Tensor positions(const at::Tensor& x) {
  return x.to(at::kCPU, at::kDouble).transpose(0, 1).flatten(1);
}

}  // namespace

LatentPreview::LatentPreview(const at::Tensor& latent, const at::Tensor& picture) {
  const at::Tensor small = at::adaptive_avg_pool2d(picture.to(at::kFloat), {latent.size(2), latent.size(3)});
  const at::Tensor from = positions(latent), to = positions(small);
  const at::Tensor fromMean = from.mean(1, true), toMean = to.mean(1, true);
  const at::Tensor x = from - fromMean, y = to - toMean;
  const at::Tensor products = at::matmul(x, x.t());
  const double ridge = kRidge * products.trace().item<double>() + 1e-12;
  const at::Tensor regular = products + ridge * at::eye(products.size(0), at::kDouble);
  const at::Tensor weights = at::linalg_solve(regular, at::matmul(x, y.t())).t();  // 3 Z
  // To where it is wanted at every step.
  weights_ = weights.to(at::kFloat).contiguous().to(latent.device());
  offset_ = (toMean - at::matmul(weights, fromMean)).to(at::kFloat).flatten().to(latent.device());
}

at::Tensor LatentPreview::picture(const at::Tensor& latent) const {
  const at::Tensor kernel = weights_.view({weights_.size(0), weights_.size(1), 1, 1}).to(latent.device());
  return at::conv2d(latent.to(at::kFloat), kernel, offset_.to(latent.device())).clamp_(0, 1);
}

}  // namespace heirloom::models
