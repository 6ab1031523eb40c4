#pragma once

#include <cstdint>

#include "models/kernels/ending.h"

namespace heirloom::models::winograd {

inline constexpr int kPositions = 36;  // values of a kernel or a tile at the points of interpolation

/// A 3x3 convolution as F(4x4, 3x3): what the instruction sets need to know of it. All memory outlives the call.
struct Shape {
  int height = 0;
  int width = 0;
  int in = 0;
  int out = 0;
  const float* bias = nullptr;  ///< out, rounded up to columns
  Ending ending = Ending::Kept;
  float negativeSlope = 1;        ///< of Scaled
  const float* slopes = nullptr;  ///< out: instead of negativeSlope, unless null

  int tilesAcross() const { return (width + 3) / 4; }
  int tilesDown() const { return (height + 3) / 4; }
};

/// The same with its pixels: `Sample` is float, or std::uint16_t for bfloat16. What is computed is float32 always.
template <class Sample>
struct PixelLayer : Shape {
  Pixels<const Sample> input;
  Pixels<const Sample> residual;  ///< data may be null: nothing is added
  Pixels<Sample> output;
};

/// The weights' step and the three steps on a block of tiles, for one instruction set. Tiles are counted along the rows
/// of the first image, then of the next; a chunk is `columns` output channels.
///
/// kernels: [depth][9][columns] of a chunk, depth being `in` rounded up to lanes, zero where padded
/// weights: [position 36][depth][columns] of a chunk, positions `weightStride` apart
/// transformed: [position 36][group of `rows` tiles][in / lanes][rows][lanes], positions `transformedStride` apart
/// products: [position 36][tile][columns], positions `productStride` apart
template <class Sample>
struct BlockKernels {
  int lanes = 0;
  int rows = 0;
  int columns = 0;
  void (*transformWeights)(const float* kernels, int depth, float* weights, std::int64_t weightStride) = nullptr;
  void (*transformInput)(const PixelLayer<Sample>&, std::int64_t firstTile, int tiles, float* transformed,
                         std::int64_t stride, Sample* patch) = nullptr;  ///< patch: room for 36 pixels of `in`
  void (*multiply)(const Shape&, int chunk, const float* weights, std::int64_t weightStride, int tiles,
                   const float* transformed, std::int64_t transformedStride, float* products,
                   std::int64_t productStride) = nullptr;
  void (*transformOutput)(const PixelLayer<Sample>&, int chunk, std::int64_t firstTile, int tiles,
                          const float* products, std::int64_t stride) = nullptr;
};

/// `Sample`: float or std::uint16_t.
template <class Sample>
BlockKernels<Sample> avx512Kernels();
template <class Sample>
BlockKernels<Sample> avx2Kernels();

}  // namespace heirloom::models::winograd
