#pragma once

#include <cstdint>

namespace heirloom::models::few_channels {

/// A 3x3 convolution to at most 16 channels: every pixel of the input gives its share in the nine pixels around it, as
/// columns [ky][kx][out] of one matrix product; then the shares of a pixel are added.
struct ToFew {
  int in = 0;
  int out = 0;
  int width = 0;
  const float* weights = nullptr;  ///< [9 out / columns][in, rounded up to lanes][columns], zero where padded
  const float* bias = nullptr;     ///< out, rounded up to 16
};

/// The steps for one instruction set. `pixel`: floats from a pixel to the next.
struct RowKernels {
  int lanes = 0;
  int rows = 0;  ///< pixels a block
  int columns = 0;

  /// One row of the input in float32 or bfloat16 to its shares: `shares` [width][shareWidth]; `block`: room for
  /// rows pixels of `in`, rounded up to lanes.
  void (*shares)(const ToFew&, const float* from, std::int64_t pixel, float* block, float* shares,
                 std::int64_t shareWidth) = nullptr;
  void (*sharesOfHalf)(const ToFew&, const std::uint16_t* from, std::int64_t pixel, float* block, float* shares,
                       std::int64_t shareWidth) = nullptr;

  /// Adds the shares of three rows, null outside the picture, and the residual, which may be null. Reads up to 16
  /// floats beyond the shares.
  void (*gather)(const ToFew&, const float* const shares[3], std::int64_t shareWidth, const float* residual,
                 std::int64_t residualPixel, float* to, std::int64_t pixel) = nullptr;
};

RowKernels avx512Rows();
RowKernels avx2Rows();

}  // namespace heirloom::models::few_channels
