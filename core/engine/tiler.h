#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/photo/raster.h"
#include "models/restorer.h"

namespace heirloom::core {

/// What of a network decides how a picture is cut.
struct TileRules {
  int scale = 1;
  int sizeMultiple = 1;
  int margin = 0;
  bool local = true;

  TileRules() = default;
  explicit TileRules(const models::Descriptor& network)
      : scale(network.scale), sizeMultiple(network.sizeMultiple), margin(network.margin), local(network.local) {}

  /// Side of the smallest tile of which something is left inside the margins.
  std::int64_t smallestSide() const { return 2 * static_cast<std::int64_t>(margin) + 2 * sizeMultiple; }
};

/// How large a tile may be, its margins included, in source pixels. What cannot be kept to is the smallest tile.
struct TileLimit {
  std::int64_t side = 0;  // 0: no limit
  std::int64_t area = 0;  // 0: no limit
};

/// One side of a picture cut into tiles of one length that start at multiples of the network's.
struct SideCut {
  std::int64_t length = 0;               // of the picture
  std::int64_t tile = 0;                 // of every tile
  std::vector<std::int64_t> starts;      // ascending; the last tile ends with the picture
  std::vector<std::int64_t> boundaries;  // starts.size() + 1: where one tile's own pixels end and the next one's begin
};

/// Neighbouring tiles overlap by at least twice the margin. Ties go to the fewest, then the shortest tiles.
SideCut cutSide(std::int64_t length, std::int64_t longest, const TileRules& rules);

/// A picture cut into tiles of one size.
class TilePlan {
 public:
  /// The plan that computes the fewest pixels within `limit`.
  TilePlan(std::int64_t width, std::int64_t height, const TileRules& rules, const TileLimit& limit);

  std::size_t count() const { return columns_.starts.size() * rows_.starts.size(); }
  std::int64_t tileWidth() const { return columns_.tile; }
  std::int64_t tileHeight() const { return rows_.tile; }
  Box input(std::size_t tile) const;  // what the network sees
  Box own(std::size_t tile) const;    // the part of the picture that is this tile's alone; together they cover it
  /// Tiles whose own part meets `first` before the others, nearest to its middle first; otherwise row by row.
  std::vector<std::size_t> order(const std::optional<Box>& first) const;

  const SideCut& columns() const { return columns_; }
  const SideCut& rows() const { return rows_; }

 private:
  SideCut columns_;
  SideCut rows_;
};

/// Puts the results of tiles together. Of a local network everything nearer to an inner edge than its margin is
/// dropped, so that the picture equals the untiled one; results of other networks fade into each other where tiles
/// overlap.
class TileAssembler {
 public:
  /// `box` in source pixels; `pixels` float32 H W C, contiguous, of scale times the box. Each pixel of the picture
  /// comes once.
  using Write = std::function<void(const Box& box, const at::Tensor& pixels)>;

  /// `plan` must outlive the assembler.
  TileAssembler(const TilePlan& plan, const TileRules& rules, Write write);

  /// `result`: float32 C H W of the tile's whole input, scale times as large. Writes what is finished with it.
  void add(std::size_t tile, const at::Tensor& result);

 private:
  struct Cell {
    std::int64_t missing = 0;  // tiles that are still to come
    at::Tensor sum;            // H W C
  };
  void blend(std::size_t tile, const at::Tensor& result);

  const TilePlan& plan_;
  const TileRules rules_;
  const Write write_;
  std::vector<std::int64_t> columnBounds_;  // cells lie between them
  std::vector<std::int64_t> rowBounds_;
  std::vector<at::Tensor> columnWeights_;  // of each column of tiles: its share at every result pixel of the tile
  std::vector<at::Tensor> rowWeights_;
  std::map<std::pair<std::size_t, std::size_t>, Cell> open_;  // row, column
};

}  // namespace heirloom::core
