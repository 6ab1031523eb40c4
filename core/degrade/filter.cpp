#include "core/degrade/filter.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kSharpeningSide = 51;
constexpr double kSharpeningWeight = 0.5;
constexpr double kSharpeningThreshold = 10;  // of 255

/// The Gaussian that OpenCV takes for a side where nobody names a deviation: 1 S, sum 1.
at::Tensor gaussianOfSide(std::int64_t side) {
  const double sigma = 0.3 * ((static_cast<double>(side) - 1) * 0.5 - 1) + 0.8;
  const at::Tensor x = at::arange(side, at::kDouble) - static_cast<double>(side - 1) / 2;
  const at::Tensor row = (x.square() / (-2 * sigma * sigma)).exp();
  return (row / row.sum()).to(at::kFloat).unsqueeze(0);
}

}  // namespace

at::Tensor filtered(const at::Tensor& picture, const at::Tensor& kernel) {
  const std::int64_t up = kernel.size(0) / 2, left = kernel.size(1) / 2;
  const at::Tensor planes = picture.unsqueeze(1);  // C 1 H W: every plane a picture of its own
  const at::Tensor padded =
      at::replication_pad2d(planes, {left, kernel.size(1) - 1 - left, up, kernel.size(0) - 1 - up});
  return at::conv2d(padded, kernel.view({1, 1, kernel.size(0), kernel.size(1)})).squeeze(1);
}

at::Tensor sharpened(const at::Tensor& picture) {
  const at::Tensor row = gaussianOfSide(kSharpeningSide), column = row.t().contiguous();
  const auto blurred = [&](const at::Tensor& x) { return filtered(filtered(x, column), row); };
  const at::Tensor detail = picture - blurred(picture);
  const at::Tensor share = blurred((detail.abs() * 255 > kSharpeningThreshold).to(at::kFloat));
  return at::lerp(picture, (picture + kSharpeningWeight * detail).clamp(0, 1), share);
}

at::Tensor kernelTensor(const models::Grid& kernel) {
  return at::tensor(kernel.values, at::kFloat).view({kernel.rows, kernel.columns});
}

}  // namespace heirloom::core
