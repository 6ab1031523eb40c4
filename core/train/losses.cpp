#include "core/train/losses.h"

#include <torch/types.h>

namespace heirloom::core {
namespace {

constexpr int kWindow = 11;
constexpr double kWindowSigma = 1.5;
constexpr double kC1 = 0.01 * 0.01;
constexpr double kC2 = 0.03 * 0.03;

at::Tensor gaussianWindow(const at::TensorOptions& options) {
  const at::Tensor distance = at::arange(kWindow, options) - kWindow / 2;
  const at::Tensor line = (-distance.square() / (2 * kWindowSigma * kWindowSigma)).exp();
  const at::Tensor window = at::outer(line, line);
  return (window / window.sum()).view({1, 1, kWindow, kWindow});
}

}  // namespace

at::Tensor charbonnierLoss(const at::Tensor& restored, const at::Tensor& clean, double epsilon) {
  return ((restored - clean).square() + epsilon).sqrt().mean();
}

at::Tensor meanSsim(const at::Tensor& restored, const at::Tensor& clean) {
  const at::Tensor window = gaussianWindow(restored.options());
  // Every band is a picture of its own.
  const auto plane = [](const at::Tensor& picture) {
    return picture.reshape({picture.size(0) * picture.size(1), 1, picture.size(2), picture.size(3)});
  };
  const auto mean = [&](const at::Tensor& x) { return at::conv2d(x, window, at::Tensor(), 1, kWindow / 2); };
  const at::Tensor a = plane(restored);
  const at::Tensor b = plane(clean);
  const at::Tensor meanA = mean(a);
  const at::Tensor meanB = mean(b);
  const at::Tensor varianceA = mean(a.square()) - meanA.square();
  const at::Tensor varianceB = mean(b.square()) - meanB.square();
  const at::Tensor covariance = mean(a * b) - meanA * meanB;
  return ((2 * meanA * meanB + kC1) * (2 * covariance + kC2) /
          ((meanA.square() + meanB.square() + kC1) * (varianceA + varianceB + kC2)))
      .mean();
}

at::Tensor totalVariation(const at::Tensor& picture) {
  const auto perPicture = [&](int dimension) {
    const at::Tensor steps = picture.diff(1, dimension).square();
    return steps.sum() / static_cast<double>(steps.numel() / steps.size(0));
  };
  return 2 * (perPicture(2) + perPicture(3)) / static_cast<double>(picture.size(0));
}

at::Tensor lossOf(const std::string& name, const at::Tensor& restored, const at::Tensor& clean) {
  if (name == "l1") return (restored - clean).abs().mean();
  if (name == "l2") return (restored - clean).square().mean();
  if (name == "charbonnier") return charbonnierLoss(restored, clean);
  return 1 - meanSsim(restored, clean);
}

}  // namespace heirloom::core
