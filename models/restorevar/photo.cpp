#include "models/restorevar/photo.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "models/common/out_of_memory.h"
#include "models/common/padding.h"
#include "models/common/resampling.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kFeather = 64;    // two tiles fade into each other over so many pixels
constexpr double kAnchor = 16;           // what is larger in the square of the whole picture, tiles take from it
constexpr double kLargestAnchor = 64;    // pixels of a tile
constexpr double kFine = 2;              // what is finer in a tile, the autoencoder does not hold
constexpr double kNeighbourhood = 6;     // over which the local gain of a restoration is measured
constexpr double kLeastVariance = 1e-4;  // below it there is no structure to take a gain from
constexpr double kLargestGain = 4;
constexpr std::int64_t kStrip = 512;  // rows of a photo at a time

at::Tensor on(const at::Tensor& matrix, const at::Tensor& picture) {
  return matrix.to(picture.options());
}

/// How strongly `restored` follows `source` in the neighbourhood of each pixel: the slope of a local regression.
at::Tensor localGain(const at::Tensor& source, const at::Tensor& restored) {
  const at::Tensor blur = on(gaussianMatrix(source.size(2), kNeighbourhood), source);
  const auto mean = [&](const at::Tensor& x) { return resampled(x, blur, blur); };
  const at::Tensor s = mean(source), r = mean(restored);
  const at::Tensor together = mean(source * restored) - s * r;
  const at::Tensor variance = (mean(source.square()) - s.square()).clamp_min_(0);
  return (together / (variance + kLeastVariance)).clamp_(0, kLargestGain);
}

/// A tile with the fine structure of its source, as strong as the restoration has the coarser one.
at::Tensor withDetail(const at::Tensor& source, const at::Tensor& restored, double detail) {
  const at::Tensor blur = on(gaussianMatrix(source.size(2), kFine), source);
  const auto fine = [&](const at::Tensor& x) { return x - resampled(x, blur, blur); };
  return restored + detail * (localGain(source, restored) * fine(source) - fine(restored));
}

/// Tile `row`, `column` of a picture.
at::Tensor tileOf(const at::Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t side) {
  return picture.narrow(2, top, side).narrow(3, left, side);
}

TileRow rowOf(std::int64_t length, const PhotoCut& cut) {
  return tileRow(length, cut.side, cut.overlap, kFeather);
}

/// What a network changes of a whole picture as one square, for the tiles of the picture.
class WholeChange {
 public:
  WholeChange(const at::Tensor& picture, std::int64_t side, const SquareNetwork& network)
      : side_(side),
        up_(on(lanczosMatrix(side, picture.size(2)), picture)),
        across_(on(lanczosMatrix(side, picture.size(3)), picture)) {
    const at::Tensor square = resizedIn8Bits(picture, side, side);
    change_ = network(square, 0) - square;  // what squashing alone changes is not its doing
    const auto longer = static_cast<double>(std::max(picture.size(2), picture.size(3)));
    const double sigma = std::clamp(kAnchor * longer / static_cast<double>(side), kAnchor, kLargestAnchor);
    coarse_ = on(gaussianMatrix(side, sigma), picture);
  }

  /// The change of the tile whose corner is `top`, `left`.
  at::Tensor ofTile(std::int64_t top, std::int64_t left) const {
    return resampled(change_, up_.narrow(0, top, side_), across_.narrow(0, left, side_));
  }
  /// `restored`, whose large areas are those of `source` with `change`.
  at::Tensor followed(const at::Tensor& source, const at::Tensor& restored, const at::Tensor& change) const {
    return restored + resampled(source + change - restored, coarse_, coarse_);
  }

 private:
  std::int64_t side_;
  at::Tensor up_, across_;  // a square's pixels to the picture's
  at::Tensor change_;       // 1 3 S S
  at::Tensor coarse_;       // keeps of a tile what is large
};

/// One picture, both sides at least cut.side long, more than one tile.
at::Tensor tiled(const at::Tensor& picture, const PhotoCut& cut, const SquareNetwork& network) {
  const std::int64_t height = picture.size(2), width = picture.size(3), side = cut.side;
  std::optional<WholeChange> whole;
  if (cut.whole) whole.emplace(picture, side, network);
  const TileRow rows = rowOf(height, cut), columns = rowOf(width, cut);
  struct Place {
    std::size_t row, column;
  };
  std::vector<Place> places;
  for (std::size_t row = 0; row < rows.starts.size(); ++row) {
    for (std::size_t column = 0; column < columns.starts.size(); ++column) places.push_back({row, column});
  }
  at::Tensor result = at::zeros_like(picture);
  const auto cornerOf = [&](std::size_t i) {
    return std::pair(rows.starts[places[i].row], columns.starts[places[i].column]);
  };
  auto batch = static_cast<std::size_t>(std::max<std::int64_t>(1, cut.batch));
  for (std::size_t begin = 0; begin < places.size();) {
    const std::size_t end = std::min(places.size(), begin + batch);
    std::vector<at::Tensor> sources;
    for (std::size_t i = begin; i < end; ++i)
      sources.push_back(tileOf(picture, cornerOf(i).first, cornerOf(i).second, side));
    const at::Tensor source = at::cat(sources);
    at::Tensor restored;
    try {
      restored = network(source, static_cast<std::int64_t>(begin) + (whole ? 1 : 0));
    } catch (const std::exception& error) {
      if (!isOutOfMemory(error) || end - begin == 1) throw;
      batch = (end - begin) / 2;
      continue;
    }
    if (whole) {
      std::vector<at::Tensor> changes;
      for (std::size_t i = begin; i < end; ++i) changes.push_back(whole->ofTile(cornerOf(i).first, cornerOf(i).second));
      restored = whole->followed(source, restored, at::cat(changes));
    }
    if (cut.detail > 0) restored = withDetail(source, restored, cut.detail);
    for (std::size_t i = begin; i < end; ++i) {
      const Place& place = places[i];
      const at::Tensor share =
          on(rows.shares[place.row], picture).unsqueeze(1) * on(columns.shares[place.column], picture);
      tileOf(result, cornerOf(i).first, cornerOf(i).second, side)
          .add_(restored[static_cast<std::int64_t>(i - begin)] * share);
    }
    begin = end;
  }
  return result;
}

/// One picture, at most a square along both sides.
at::Tensor padded(const at::Tensor& picture, const PhotoCut& cut, const SquareNetwork& network) {
  const at::Tensor source = mirroredTo(picture, cut.side, cut.side, Mirror::WithoutEdge);
  at::Tensor restored = network(source, 0);
  if (cut.detail > 0) restored = withDetail(source, restored, cut.detail);
  return restored.narrow(2, 0, picture.size(2)).narrow(3, 0, picture.size(3)).contiguous();
}

}  // namespace

bool fitsOneSquare(std::int64_t height, std::int64_t width, const PhotoCut& cut) {
  return std::max(height, width) <= cut.side;
}

std::int64_t squaresOf(std::int64_t height, std::int64_t width, const PhotoCut& cut) {
  const auto along = [&](std::int64_t length) {
    return static_cast<std::int64_t>(rowOf(std::max(length, cut.side), cut).starts.size());
  };
  const std::int64_t tiles = along(height) * along(width);
  return tiles == 1 || !cut.whole ? tiles : tiles + 1;
}

at::Tensor unsquashed(const at::Tensor& squares, std::int64_t height, std::int64_t width) {
  return resampled(squares, on(lanczosMatrix(squares.size(2), height), squares),
                   on(lanczosMatrix(squares.size(3), width), squares));
}

at::Tensor restoredAsSquare(const at::Tensor& pictures, const PhotoCut& cut, const SquareNetwork& network) {
  const std::int64_t height = pictures.size(2), width = pictures.size(3), side = cut.side;
  const at::Tensor square = resizedIn8Bits(pictures, side, side);
  const at::Tensor restored = network(square, 0);
  if (cut.detail <= 0) return unsquashed(restored, height, width);
  // What the square cannot hold of the photo, as strong as the restoration has what it holds. In strips, because a
  // photo may be large.
  const at::Tensor up = on(lanczosMatrix(side, height), pictures);
  const at::Tensor across = on(lanczosMatrix(side, width), pictures).t();
  const at::Tensor wide = at::matmul(restored, across), wideSquare = at::matmul(square, across),
                   wideGain = at::matmul(localGain(square, restored), across);
  at::Tensor result = at::empty_like(pictures);
  for (std::int64_t top = 0; top < height; top += kStrip) {
    const std::int64_t rows = std::min(kStrip, height - top);
    const at::Tensor stretch = up.narrow(0, top, rows);
    const auto part = [&](const at::Tensor& x) { return at::matmul(stretch, x); };
    const at::Tensor lost = pictures.narrow(2, top, rows) - part(wideSquare);
    result.narrow(2, top, rows).copy_(part(wide) + cut.detail * part(wideGain) * lost);
  }
  return result;
}

at::Tensor restoredAsTiles(const at::Tensor& pictures, const PhotoCut& cut, const SquareNetwork& network) {
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  std::int64_t before = 0;  // squares of earlier pictures
  const SquareNetwork counted = [&](const at::Tensor& squares, std::int64_t first) {
    return network(squares, before + first);
  };
  std::vector<at::Tensor> results;
  for (const at::Tensor& picture : pictures.split(1)) {
    if (fitsOneSquare(height, width, cut)) {
      results.push_back(padded(picture, cut, counted));
    } else {
      const at::Tensor extended = mirroredTo(picture, cut.side, cut.side, Mirror::WithoutEdge);
      results.push_back(tiled(extended, cut, counted).narrow(2, 0, height).narrow(3, 0, width));
    }
    before += squaresOf(height, width, cut);
  }
  return results.size() == 1 ? results.front().contiguous() : at::cat(results);
}

}  // namespace heirloom::models
