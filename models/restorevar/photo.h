#pragma once

#include <functional>

#include "models/common/tile_row.h"
#include "models/restorer.h"

namespace heirloom::models {

/// Squares N 3 S S in 0..1 to restored ones; `first` is the number of the first among all of the pictures.
using SquareNetwork = std::function<at::Tensor(const at::Tensor& squares, std::int64_t first)>;

/// How a network of squares of one side meets a photo of any size (restorevar.md 5).
struct PhotoCut {
  std::int64_t side = 512;     // of the square
  std::int64_t overlap = 128;  // of neighbouring tiles at least
  double detail = 0;           // 0..1: how much of the source's fine structure replaces the network's
  bool whole = true;           // what is large in a photo of tiles is as in the whole of it, one more square
  std::int64_t batch = 1;      // tiles at once; fewer where memory runs out
};

/// Pictures of any size as one square each and back: N 3 H W to the same. What does not fit into the square is lost
/// unless `detail` brings it back.
at::Tensor restoredAsSquare(const at::Tensor& pictures, const PhotoCut& cut, const SquareNetwork& network);

/// The square back at the size of the picture that it was made of, 0..1 as it comes.
at::Tensor unsquashed(const at::Tensor& squares, std::int64_t height, std::int64_t width);

/// The picture at its own resolution: mirrored outwards where a side is shorter than the square, cut into overlapping
/// tiles where it is longer. What changes of all that is larger than a few dozen pixels (haze, light, colour) is what
/// changes of the whole picture as one square, so that tiles agree, unless `whole` is off; N 3 H W to the same.
at::Tensor restoredAsTiles(const at::Tensor& pictures, const PhotoCut& cut, const SquareNetwork& network);

/// Whether a picture has one square's worth of pixels along both sides, or less.
bool fitsOneSquare(std::int64_t height, std::int64_t width, const PhotoCut& cut);

/// Squares that a picture takes in tiles, the one of the whole included, which is the first.
std::int64_t squaresOf(std::int64_t height, std::int64_t width, const PhotoCut& cut);

}  // namespace heirloom::models
