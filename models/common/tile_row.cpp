#include "models/common/tile_row.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace heirloom::models {

TileRow tileRow(std::int64_t length, std::int64_t side, std::int64_t overlap, std::int64_t feather) {
  const std::int64_t stride = side - overlap, rest = length - side;
  const std::int64_t count = (rest + stride - 1) / stride + 1;
  TileRow row;
  for (std::int64_t i = 0; i < count; ++i) row.starts.push_back(count == 1 ? 0 : i * rest / (count - 1));
  const at::Tensor at = at::arange(side, at::kFloat) + 0.5;
  const double width = static_cast<double>(std::min(feather, overlap / 2));
  // From 0 to 1 around the middle of what two neighbours share.
  const auto rise = [&](std::int64_t left, std::int64_t right, const at::Tensor& position) {
    const double middle = static_cast<double>(left + side + right) / 2;
    return at::sin(((position - middle) / width).clamp(-0.5, 0.5) * M_PI).add(1).div(2);
  };
  for (std::int64_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const at::Tensor position = at + row.starts[n];
    at::Tensor share = at::ones_like(at);
    if (i > 0) share = rise(row.starts[n - 1], row.starts[n], position);
    if (i + 1 < count) share = share * (1 - rise(row.starts[n], row.starts[n + 1], position));
    row.shares.push_back(share);
  }
  return row;
}

}  // namespace heirloom::models
