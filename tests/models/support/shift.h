#pragma once

#include <torch/types.h>

#include <array>

namespace heirloom::tests {

/// A smooth picture, 1 3 40 48 in 0.2..0.8: a hill on ground that is even at all edges.
inline at::Tensor hill() {
  const auto along = [](std::int64_t side, double top) {
    return at::exp((at::arange(side, at::kFloat) - top).square() / -50);
  };
  return (at::outer(along(40, 18), along(48, 26)) * 0.6 + 0.2).expand({1, 3, 40, 48}).contiguous();
}

/// How far `result` lies above, and to the left of, the bicubic enlargement of `source`, in pixels of the result: least
/// squares over the slopes of the enlargement.
inline std::array<double, 2> shiftOf(const at::Tensor& result, const at::Tensor& source) {
  const at::Tensor enlarged =
      at::upsample_bicubic2d(source.to(at::kDouble), {result.size(2), result.size(3)}, /*align_corners=*/false);
  const at::Tensor difference = result.to(at::kDouble) - enlarged;
  const auto along = [&](std::int64_t side) {
    const at::Tensor slope = (enlarged.roll({-1}, {side}) - enlarged.roll({1}, {side})) / 2;
    return (slope * difference).sum().item<double>() / slope.square().sum().item<double>();
  };
  return {along(2), along(3)};
}

}  // namespace heirloom::tests
