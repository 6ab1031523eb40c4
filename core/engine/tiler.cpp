#include "core/engine/tiler.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace heirloom::core {
namespace {

std::int64_t roundedDown(std::int64_t value, std::int64_t multiple) {
  return value - value % multiple;
}

/// The largest length up to `limit` that leaves the same remainder as the picture's, so that the last tile, too, starts
/// at a multiple.
std::int64_t congruent(std::int64_t limit, std::int64_t length, std::int64_t multiple) {
  return limit - ((limit - length) % multiple + multiple) % multiple;
}

/// Whether `count` tiles of `tile` reach over `length`.
bool reaches(std::int64_t count, std::int64_t tile, std::int64_t length, const TileRules& rules) {
  const std::int64_t step = roundedDown(std::max<std::int64_t>(0, tile - 2 * rules.margin), rules.sizeMultiple);
  return (count - 1) * step >= length - tile;
}

/// `count` tiles, as short as they can be. `longest` must be long enough for them.
SideCut cutInto(std::int64_t count, std::int64_t longest, std::int64_t length, const TileRules& rules) {
  SideCut cut;
  cut.length = length;
  cut.tile = count == 1 ? length : longest;
  while (count > 1 && cut.tile - rules.sizeMultiple >= rules.smallestSide() &&
         reaches(count, cut.tile - rules.sizeMultiple, length, rules)) {
    cut.tile -= rules.sizeMultiple;
  }
  const std::int64_t steps = (length - cut.tile) / rules.sizeMultiple;
  for (std::int64_t i = 0; i < count; ++i) {
    cut.starts.push_back(count == 1 ? 0 : rules.sizeMultiple * (i * steps / (count - 1)));
  }
  cut.boundaries.push_back(0);
  for (std::int64_t i = 1; i < count; ++i) {
    cut.boundaries.push_back((cut.starts[i] + cut.starts[i - 1] + cut.tile) / 2);
  }
  cut.boundaries.push_back(length);
  return cut;
}

/// Share of each tile of one side at every result pixel: a ramp in the middle half of what it shares with a neighbour,
/// because a network sees least at its very edge.
std::vector<at::Tensor> shares(const SideCut& cut, int scale) {
  const std::int64_t length = cut.tile * scale;
  std::vector<std::vector<float>> weights(cut.starts.size(),
                                          std::vector<float>(static_cast<std::size_t>(length), 1.0F));
  std::vector<float> sum(static_cast<std::size_t>(cut.length * scale));
  for (std::size_t i = 0; i < cut.starts.size(); ++i) {
    const auto fade = [&](std::int64_t overlap, bool fromStart) {
      const float zeros = static_cast<float>(overlap) / 4;
      for (std::int64_t x = 0; x < overlap; ++x) {
        const float share = (static_cast<float>(x) + 0.5F - zeros) / (static_cast<float>(overlap) - 2 * zeros);
        // Never quite zero, so that the shares of a pixel always have a sum to be divided by.
        float& weight = weights[i][fromStart ? x : length - 1 - x];
        weight = std::min(weight, std::clamp(share, 1e-6F, 1.0F));
      }
    };
    if (i > 0) fade((cut.starts[i - 1] + cut.tile - cut.starts[i]) * scale, true);
    if (i + 1 < cut.starts.size()) fade((cut.starts[i] + cut.tile - cut.starts[i + 1]) * scale, false);
    for (std::int64_t x = 0; x < length; ++x) sum[cut.starts[i] * scale + x] += weights[i][x];
  }
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < cut.starts.size(); ++i) {
    for (std::int64_t x = 0; x < length; ++x) weights[i][x] /= sum[cut.starts[i] * scale + x];
    tensors.push_back(at::from_blob(weights[i].data(), {length}, at::kFloat).clone());
  }
  return tensors;
}

std::vector<std::int64_t> edges(const SideCut& cut) {
  std::vector<std::int64_t> all;
  for (const std::int64_t start : cut.starts) all.insert(all.end(), {start, start + cut.tile});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// Tiles of one side that reach over the cell that begins at `start`.
std::int64_t covering(const SideCut& cut, std::int64_t start) {
  return std::count_if(cut.starts.begin(), cut.starts.end(),
                       [&](std::int64_t tile) { return tile <= start && start < tile + cut.tile; });
}

}  // namespace

SideCut cutSide(std::int64_t length, std::int64_t longest, const TileRules& rules) {
  if (longest <= 0 || length <= std::max(longest, rules.smallestSide())) return cutInto(1, length, length, rules);
  // One multiple more than the smallest, because the remainder may take up to that much away.
  longest = congruent(std::max(longest, rules.smallestSide() + rules.sizeMultiple), length, rules.sizeMultiple);
  if (length <= longest) return cutInto(1, length, length, rules);
  const std::int64_t step = roundedDown(longest - 2 * rules.margin, rules.sizeMultiple);
  const std::int64_t count = 1 + (length - longest + step - 1) / step;
  return cutInto(count, longest, length, rules);
}

TilePlan::TilePlan(std::int64_t width, std::int64_t height, const TileRules& rules, const TileLimit& limit) {
  columns_ = cutSide(width, limit.side, rules);
  rows_ = cutSide(height, limit.side, rules);
  if (limit.area <= 0 || columns_.tile * rows_.tile <= limit.area) return;

  // Strips, columns and everything between: each number of columns has its own best number of rows.
  double fewest = std::numeric_limits<double>::infinity();
  std::int64_t widest = columns_.tile;
  while (true) {
    const SideCut columns = cutSide(width, widest, rules);
    const std::int64_t tallest = std::max(limit.area / columns.tile, rules.smallestSide());
    const SideCut rows = cutSide(height, limit.side > 0 ? std::min(limit.side, tallest) : tallest, rules);
    const double area = static_cast<double>(columns.tile) * static_cast<double>(rows.tile);
    const double pixels = area * static_cast<double>(columns.starts.size() * rows.starts.size());
    // Beyond the limit only where nothing smaller is possible, and then as small as possible.
    const double cost = area > static_cast<double>(limit.area) ? 1e18 + area : pixels;
    if (cost < fewest) {
      fewest = cost;
      columns_ = columns;
      rows_ = rows;
    }
    const std::int64_t narrower = std::min(columns.tile - rules.sizeMultiple, columns.tile * 15 / 16);
    if (narrower < rules.smallestSide() || narrower >= widest) return;
    widest = narrower;
  }
}

Box TilePlan::input(std::size_t tile) const {
  const std::size_t across = columns_.starts.size();
  return {columns_.starts[tile % across], rows_.starts[tile / across], columns_.tile, rows_.tile};
}

Box TilePlan::own(std::size_t tile) const {
  const std::size_t across = columns_.starts.size();
  const std::size_t column = tile % across;
  const std::size_t row = tile / across;
  return {columns_.boundaries[column], rows_.boundaries[row],
          columns_.boundaries[column + 1] - columns_.boundaries[column],
          rows_.boundaries[row + 1] - rows_.boundaries[row]};
}

std::vector<std::size_t> TilePlan::order(const std::optional<Box>& first) const {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t tile = 0; tile < count(); ++tile) {
    double rank = std::numeric_limits<double>::infinity();
    const Box box = own(tile);
    if (first && box.x < first->x + first->width && first->x < box.x + box.width && box.y < first->y + first->height &&
        first->y < box.y + box.height) {
      const auto middle = [](std::int64_t start, std::int64_t length) {
        return static_cast<double>(start) + static_cast<double>(length) / 2;
      };
      rank = std::hypot(middle(box.x, box.width) - middle(first->x, first->width),
                        middle(box.y, box.height) - middle(first->y, first->height));
    }
    ranked.emplace_back(rank, tile);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::size_t> order;
  for (const auto& [rank, tile] : ranked) order.push_back(tile);
  return order;
}

TileAssembler::TileAssembler(const TilePlan& plan, const TileRules& rules, Write write)
    : plan_(plan), rules_(rules), write_(std::move(write)) {
  if (rules_.local) return;
  columnBounds_ = edges(plan_.columns());
  rowBounds_ = edges(plan_.rows());
  columnWeights_ = shares(plan_.columns(), rules_.scale);
  rowWeights_ = shares(plan_.rows(), rules_.scale);
}

void TileAssembler::add(std::size_t tile, const at::Tensor& result) {
  if (!rules_.local) return blend(tile, result);
  const Box input = plan_.input(tile);
  const Box own = plan_.own(tile);
  const std::int64_t scale = rules_.scale;
  write_(own, result.narrow(1, (own.y - input.y) * scale, own.height * scale)
                  .narrow(2, (own.x - input.x) * scale, own.width * scale)
                  .permute({1, 2, 0})
                  .contiguous());
}

void TileAssembler::blend(std::size_t tile, const at::Tensor& result) {
  const Box input = plan_.input(tile);
  const std::int64_t scale = rules_.scale;
  const at::Tensor& across = columnWeights_[tile % plan_.columns().starts.size()];
  const at::Tensor& down = rowWeights_[tile / plan_.columns().starts.size()];
  const at::Tensor weighted = result.permute({1, 2, 0}) * down.view({-1, 1, 1}) * across.view({1, -1, 1});
  for (std::size_t row = 0; row + 1 < rowBounds_.size(); ++row) {
    if (rowBounds_[row] < input.y || rowBounds_[row + 1] > input.y + input.height) continue;
    for (std::size_t column = 0; column + 1 < columnBounds_.size(); ++column) {
      if (columnBounds_[column] < input.x || columnBounds_[column + 1] > input.x + input.width) continue;
      const Box box{columnBounds_[column], rowBounds_[row], columnBounds_[column + 1] - columnBounds_[column],
                    rowBounds_[row + 1] - rowBounds_[row]};
      const at::Tensor part = weighted.narrow(0, (box.y - input.y) * scale, box.height * scale)
                                  .narrow(1, (box.x - input.x) * scale, box.width * scale);
      Cell& cell = open_[{row, column}];
      if (!cell.sum.defined()) {
        cell.missing = covering(plan_.columns(), box.x) * covering(plan_.rows(), box.y);
        cell.sum = part.clone(at::MemoryFormat::Contiguous);
      } else {
        cell.sum += part;
      }
      if (--cell.missing > 0) continue;
      write_(box, cell.sum);
      open_.erase({row, column});
    }
  }
}

}  // namespace heirloom::core
