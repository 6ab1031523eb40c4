#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

#include "models/common/tile_row.h"

namespace heirloom::models {

/// One of the overlapping tiles of a plane, and its share of every sample in it: the shares of all tiles add up to 1.
struct PlaneTile {
  std::int64_t top = 0, left = 0, height = 0, width = 0;
  at::Tensor share;  // float32 height width

  /// The tile of `plane`, N C H W.
  at::Tensor of(const at::Tensor& plane) const;
  /// The same tile of a plane with `factor` samples, along a side, for each of this one.
  PlaneTile scaled(std::int64_t factor) const;
};

/// Tiles of at most `side` along both sides that overlap by at least `overlap`.
std::vector<PlaneTile> planeTiles(std::int64_t height, std::int64_t width, std::int64_t side, std::int64_t overlap);

/// The plane of which `part` gives each tile, N C height width, mixed by their shares. One tile goes through as it is.
at::Tensor mixed(const std::vector<PlaneTile>& tiles, const std::function<at::Tensor(const PlaneTile&)>& part);

}  // namespace heirloom::models
