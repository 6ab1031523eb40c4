#pragma once

#include <cstdint>

#include "models/kernels/ending.h"

namespace heirloom::models::matrix_tiles {

inline constexpr int kPixels = 16;   // of a tile of sums
inline constexpr int kColumns = 32;  // output channels of a chunk: two tiles of sums
inline constexpr int kDepth = 32;    // values of a pixel that one instruction multiplies

/// Some rows of a picture for a 3x3 convolution, bfloat16 as its bits. All memory outlives the call.
struct Band {
  int height = 0;
  int width = 0;
  int in = 0;
  int out = 0;
  /// height + 2 rows, the first and the last of them neighbours or zero: a pixel of zeros, the pixels, zeros;
  /// `rowValues` apart, pixels `pixelValues` without a gap, zero where padded. `valuesOfRow` is what must be there.
  const std::uint16_t* rows = nullptr;
  std::int64_t rowValues = 0;
  /// [chunk][row of the kernel][step][tile 2][pair 16][output 16][2]: the three pixels of a kernel's row are one
  /// vector, of which a step takes kDepth; zero where padded.
  const std::uint16_t* weights = nullptr;
  const float* bias = nullptr;  ///< out, rounded up to kColumns
  Ending ending = Ending::Kept;
  float negativeSlope = 1;                 ///< of Scaled
  const float* slopes = nullptr;           ///< out: instead of negativeSlope, unless null
  Pixels<const std::uint16_t> residual{};  ///< of the band's first row; data may be null: nothing is added
  Pixels<std::uint16_t> output{};          ///< of the band's first row

  int across() const { return (width + kPixels - 1) / kPixels; }
  int chunks() const { return (out + kColumns - 1) / kColumns; }
  /// Pixels begin cache lines where that costs an eighth at most.
  int pixelValues() const {
    const int padded = (in + kDepth - 1) / kDepth * kDepth;
    return 7 * padded <= 8 * in ? padded : in;
  }
  int steps() const { return (3 * pixelValues() + kDepth - 1) / kDepth; }
  std::int64_t valuesOfChunk() const { return std::int64_t{3} * steps() * kDepth * kColumns; }
  std::int64_t valuesOfRow() const { return (std::int64_t{across()} * kPixels + 2) * pixelValues() + kDepth; }
};

/// `chunks` of the output's channels, all of the band's pixels. `sums`: room for 4 tiles, 64-byte aligned.
void convolveAmx(const Band& band, int firstChunk, int chunks, float* sums);

}  // namespace heirloom::models::matrix_tiles
