#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace heirloom::models {

/// Where tiles of one side begin along a length, and each one's share of every sample of the tile: 0 next to an inner
/// end, then a raised cosine over the middle of what two neighbours have in common. At every sample of the length the
/// shares add up to 1.
struct TileRow {
  std::vector<std::int64_t> starts;
  std::vector<at::Tensor> shares;  // float32, one value a sample of the tile
};

/// `length` >= `side`; neighbours overlap by at least `overlap` < `side` and fade into each other over at most
/// `feather` samples, at most half the overlap.
TileRow tileRow(std::int64_t length, std::int64_t side, std::int64_t overlap, std::int64_t feather);

}  // namespace heirloom::models
