#include "models/common/plane_tiles.h"

#include <algorithm>

namespace heirloom::models {

at::Tensor PlaneTile::of(const at::Tensor& plane) const {
  return plane.narrow(2, top, height).narrow(3, left, width);
}

// Shares are constant next to the ends of a tile, so that they still add up to 1 between the samples.
PlaneTile PlaneTile::scaled(std::int64_t factor) const {
  const at::Tensor finer =
      at::upsample_bilinear2d(share.unsqueeze(0).unsqueeze(0), {height * factor, width * factor}, false);
  return {top * factor, left * factor, height * factor, width * factor, finer[0][0]};
}

std::vector<PlaneTile> planeTiles(std::int64_t height, std::int64_t width, std::int64_t side, std::int64_t overlap) {
  const auto rowOf = [&](std::int64_t length) {
    const std::int64_t own = std::min(side, length);
    return std::pair(own, tileRow(length, own, std::min(overlap, own / 2), overlap / 2));
  };
  const auto [tall, rows] = rowOf(height);
  const auto [wide, columns] = rowOf(width);
  std::vector<PlaneTile> tiles;
  for (std::size_t r = 0; r < rows.starts.size(); ++r) {
    for (std::size_t c = 0; c < columns.starts.size(); ++c) {
      tiles.push_back({rows.starts[r], columns.starts[c], tall, wide, rows.shares[r].unsqueeze(1) * columns.shares[c]});
    }
  }
  return tiles;
}

at::Tensor mixed(const std::vector<PlaneTile>& tiles, const std::function<at::Tensor(const PlaneTile&)>& part) {
  if (tiles.size() == 1) return part(tiles.front());
  const PlaneTile& last = tiles.back();
  at::Tensor plane;
  for (const PlaneTile& tile : tiles) {
    const at::Tensor values = part(tile);
    if (!plane.defined())
      plane =
          at::zeros({values.size(0), values.size(1), last.top + last.height, last.left + last.width}, values.options());
    tile.of(plane).add_(values * tile.share.to(values.options()));
  }
  return plane;
}

}  // namespace heirloom::models
