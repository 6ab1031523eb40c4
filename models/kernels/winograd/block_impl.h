#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README of models/kernels.

#include "models/kernels/simd/ended.h"
#include "models/kernels/simd/product.h"
#include "models/kernels/winograd/block.h"
#include "models/kernels/winograd/points.h"

namespace heirloom::models::winograd {
namespace {

/// B^T of Lavin & Gray, one side: six pixels to six values.
template <class V>
inline void intoPoints(const V (&d)[6], V (&v)[6]) {
  const V negA = V::all(-kA * kA);
  const V negB = V::all(-kB * kB);
  const V sum = V::all(-(kA * kA + kB * kB));
  const V product = V::all(kA * kA * kB * kB);
  const V evenA = multiplyAdd(d[2], negB, d[4]);
  const V oddA = multiplyAdd(d[1], negB, d[3]);
  const V evenB = multiplyAdd(d[2], negA, d[4]);
  const V oddB = multiplyAdd(d[1], negA, d[3]);
  v[0] = multiplyAdd(d[0], product, multiplyAdd(d[2], sum, d[4]));
  v[1] = multiplyAdd(oddA, V::all(kA), evenA);
  v[2] = multiplyAdd(oddA, V::all(-kA), evenA);
  v[3] = multiplyAdd(oddB, V::all(kB), evenB);
  v[4] = multiplyAdd(oddB, V::all(-kB), evenB);
  v[5] = multiplyAdd(d[1], product, multiplyAdd(d[3], sum, d[5]));
}

/// A^T, one side: six values to four pixels.
template <class V>
inline void outOfPoints(const V (&m)[6], V (&y)[4]) {
  const V sumA = m[1] + m[2];
  const V sumB = m[3] + m[4];
  const V differenceA = m[1] - m[2];
  const V differenceB = m[3] - m[4];
  y[0] = m[0] + sumA + sumB;
  y[1] = multiplyAdd(differenceA, V::all(kA), differenceB * V::all(kB));
  y[2] = multiplyAdd(sumA, V::all(kA * kA), sumB * V::all(kB * kB));
  y[3] = multiplyAdd(differenceA, V::all(kA * kA * kA), multiplyAdd(differenceB, V::all(kB * kB * kB), m[5]));
}

/// G, one side: three weights to their values at the six points.
template <class V>
inline void weightsAtPoints(V w0, V w1, V w2, V (&v)[6]) {
  constexpr float a = kA;
  constexpr float b = kB;
  constexpr float atA = 1 / (2 * a * a * (a * a - b * b));
  constexpr float atB = 1 / (2 * b * b * (b * b - a * a));
  const V evenA = multiplyAdd(w2, V::all(a * a), w0);
  const V evenB = multiplyAdd(w2, V::all(b * b), w0);
  v[0] = w0 * V::all(1 / (a * a * b * b));
  v[1] = multiplyAdd(w1, V::all(a), evenA) * V::all(atA);
  v[2] = multiplyAdd(w1, V::all(-a), evenA) * V::all(atA);
  v[3] = multiplyAdd(w1, V::all(b), evenB) * V::all(atB);
  v[4] = multiplyAdd(w1, V::all(-b), evenB) * V::all(atB);
  v[5] = w2;
}

template <class V>
void transformWeights(const float* kernels, int depth, float* weights, std::int64_t stride) {
  constexpr int columns = 2 * V::lanes;
  for (int i = 0; i < 2 * depth; ++i, weights += V::lanes) {
    const float* kernel = kernels + std::int64_t{i / 2} * 9 * columns + i % 2 * V::lanes;
    V rows[3][6];
#pragma GCC unroll 3
    for (int y = 0; y < 3; ++y, kernel += 3 * columns)
      weightsAtPoints(V::load(kernel), V::load(kernel + columns), V::load(kernel + 2 * columns), rows[y]);
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      V column[6];
      weightsAtPoints(rows[0][x], rows[1][x], rows[2][x], column);
#pragma GCC unroll 6
      for (int y = 0; y < 6; ++y) column[y].store(weights + (y * 6 + x) * stride);
    }
  }
}

struct Place {
  std::int64_t image;
  int y;
  int x;
};

inline Place placeOf(const Shape& layer, std::int64_t tile) {
  const std::int64_t perImage = std::int64_t{layer.tilesAcross()} * layer.tilesDown();
  const auto within = static_cast<int>(tile % perImage);
  return {tile / perImage, within / layer.tilesAcross() * 4, within % layer.tilesAcross() * 4};
}

inline void next(const Shape& layer, Place& place) {
  place.x += 4;
  if (place.x < layer.width) return;
  place.x = 0;
  place.y += 4;
  if (place.y < layer.height) return;
  place.y = 0;
  ++place.image;
}

/// One tile of `lanes` channels; channels beyond `valid` count as zero.
template <class V, class Sample>
inline void transformTile(const Sample* pixels, std::int64_t row, std::int64_t pixel, int valid, float* to,
                          std::int64_t stride) {
  V half[6][6];
#pragma GCC unroll 6
  for (int y = 0; y < 6; ++y) {
    V d[6];
    if (valid >= V::lanes) {
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) d[x] = V::load(pixels + y * row + x * pixel);
    } else {
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) d[x] = V::loadFirst(pixels + y * row + x * pixel, valid);
    }
    intoPoints(d, half[y]);
  }
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    const V column[6] = {half[0][x], half[1][x], half[2][x], half[3][x], half[4][x], half[5][x]};
    V v[6];
    intoPoints(column, v);
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) v[y].store(to + (y * 6 + x) * stride);
  }
}

/// The 6x6 pixels around a tile at the border, zero outside the picture.
template <class Sample>
inline void copyPatch(const PixelLayer<Sample>& layer, const Place& place, Sample* patch) {
  const Sample* image = layer.input.data + place.image * layer.input.image;
  for (int y = place.y - 1; y < place.y + 5; ++y) {
    for (int x = place.x - 1; x < place.x + 5; ++x, patch += layer.in) {
      const bool inside = y >= 0 && y < layer.height && x >= 0 && x < layer.width;
      const Sample* from = image + y * layer.input.row + x * layer.input.pixel;
      for (int c = 0; c < layer.in; ++c) patch[c] = inside ? from[c] : 0;
    }
  }
}

template <class V, class Sample>
void transformInput(const PixelLayer<Sample>& layer, std::int64_t firstTile, int tiles, float* transformed,
                    std::int64_t stride, Sample* patch) {
  const int depth = (layer.in + V::lanes - 1) / V::lanes;
  Place place = placeOf(layer, firstTile);
  for (int tile = 0; tile < tiles; ++tile, next(layer, place)) {
    const bool inner = place.y > 0 && place.x > 0 && place.y + 5 <= layer.height && place.x + 5 <= layer.width;
    const Sample* from = patch;
    std::int64_t row = std::int64_t{6} * layer.in;
    std::int64_t pixel = layer.in;
    if (inner) {
      row = layer.input.row;
      pixel = layer.input.pixel;
      from = layer.input.data + place.image * layer.input.image + (place.y - 1) * row + (place.x - 1) * pixel;
    } else {
      copyPatch(layer, place, patch);
    }
    const int group = tile / V::rows;
    float* to = transformed + (std::int64_t{group} * depth * V::rows + tile % V::rows) * V::lanes;
    for (int k = 0; k < depth; ++k)
      transformTile<V>(from + k * V::lanes, row, pixel, layer.in - k * V::lanes, to + k * V::rows * V::lanes, stride);
  }
}

template <class V>
void multiply(const Shape& layer, int chunk, const float* weights, std::int64_t weightStride, int tiles,
              const float* transformed, std::int64_t transformedStride, float* products, std::int64_t productStride) {
  constexpr int columns = 2 * V::lanes;
  const int depth = (layer.in + V::lanes - 1) / V::lanes;
  const bool both = layer.out - chunk * columns > V::lanes;
  for (int position = 0; position < kPositions; ++position, weights += weightStride) {
    for (int tile = 0; tile < tiles; tile += V::rows) {
      const int count = tiles - tile < V::rows ? tiles - tile : V::rows;
      const float* from = transformed + position * transformedStride + std::int64_t{tile} * depth * V::lanes;
      float* to = products + position * productStride + std::int64_t{tile} * columns;
      if (both)
        multiplyRows<V, 2>(count, from, weights, depth, to);
      else
        multiplyRows<V, 1>(count, from, weights, depth, to);
    }
  }
}

/// `lanes` output channels of a tile, of which `valid` exist; `height` and `width` of its 4x4 pixels exist.
template <class V, Ending ending, bool hasResidual, bool whole, class Sample>
inline void untransformTile(const float* products, std::int64_t stride, V bias, V slope, const Sample* residual,
                            std::int64_t residualRow, std::int64_t residualPixel, Sample* output, std::int64_t row,
                            std::int64_t pixel, int height, int width, int valid) {
  V half[4][6];
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    V m[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) m[y] = V::load(products + (y * 6 + x) * stride);
    V column[4];
    outOfPoints(m, column);
#pragma GCC unroll 4
    for (int y = 0; y < 4; ++y) half[y][x] = column[y];
  }
#pragma GCC unroll 4
  for (int y = 0; y < 4; ++y) {
    V pixels[4];
    outOfPoints(half[y], pixels);
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      if (!whole && (y >= height || x >= width)) continue;
      V other = bias;
      if constexpr (hasResidual) {
        const Sample* from = residual + y * residualRow + x * residualPixel;
        other = whole ? V::load(from) : V::loadFirst(from, valid);
      }
      const V value = ended<V, ending, hasResidual>(pixels[x] + bias, slope, other);
      Sample* to = output + y * row + x * pixel;
      if constexpr (whole)
        value.store(to);
      else
        value.storeFirst(to, valid);
    }
  }
}

template <class V, Ending ending, bool hasResidual, class Sample>
void transformOutputAs(const PixelLayer<Sample>& layer, int chunk, std::int64_t firstTile, int tiles,
                       const float* products, std::int64_t stride) {
  constexpr int columns = 2 * V::lanes;
  Place place = placeOf(layer, firstTile);
  for (int tile = 0; tile < tiles; ++tile, products += columns, next(layer, place)) {
    const int height = layer.height - place.y < 4 ? layer.height - place.y : 4;
    const int width = layer.width - place.x < 4 ? layer.width - place.x : 4;
    for (int v = 0; v < 2; ++v) {
      const int channel = chunk * columns + v * V::lanes;
      const int valid = layer.out - channel < V::lanes ? layer.out - channel : V::lanes;
      if (valid <= 0) break;
      const V slope = layer.slopes ? V::loadFirst(layer.slopes + channel, valid) : V::all(layer.negativeSlope);
      Sample* to = layer.output.data + place.image * layer.output.image + place.y * layer.output.row +
                   place.x * layer.output.pixel + channel;
      const Sample* residual = nullptr;
      if constexpr (hasResidual)
        residual = layer.residual.data + place.image * layer.residual.image + place.y * layer.residual.row +
                   place.x * layer.residual.pixel + channel;
      const bool whole = height == 4 && width == 4 && valid == V::lanes;
      const auto write = whole ? untransformTile<V, ending, hasResidual, true, Sample>
                               : untransformTile<V, ending, hasResidual, false, Sample>;
      write(products + v * V::lanes, stride, V::load(layer.bias + channel), slope, residual, layer.residual.row,
            layer.residual.pixel, to, layer.output.row, layer.output.pixel, height, width, valid);
    }
  }
}

template <class V, class Sample>
void transformOutput(const PixelLayer<Sample>& layer, int chunk, std::int64_t firstTile, int tiles,
                     const float* products, std::int64_t stride) {
  const auto run = [&](auto plain, auto added) {
    (layer.residual.data ? added : plain)(layer, chunk, firstTile, tiles, products, stride);
  };
  switch (layer.ending) {
    case Ending::Kept:
      return run(transformOutputAs<V, Ending::Kept, false, Sample>, transformOutputAs<V, Ending::Kept, true, Sample>);
    case Ending::Relu:
      return run(transformOutputAs<V, Ending::Relu, false, Sample>, transformOutputAs<V, Ending::Relu, true, Sample>);
    case Ending::Scaled:
      return run(transformOutputAs<V, Ending::Scaled, false, Sample>,
                 transformOutputAs<V, Ending::Scaled, true, Sample>);
    case Ending::Silu:
      return run(transformOutputAs<V, Ending::Silu, false, Sample>, transformOutputAs<V, Ending::Silu, true, Sample>);
    case Ending::Gated:
      return transformOutputAs<V, Ending::Gated, true, Sample>(layer, chunk, firstTile, tiles, products, stride);
  }
}

template <class V, class Sample>
BlockKernels<Sample> kernelsOf() {
  return {V::lanes,
          V::rows,
          2 * V::lanes,
          transformWeights<V>,
          transformInput<V, Sample>,
          multiply<V>,
          transformOutput<V, Sample>};
}

}  // namespace
}  // namespace heirloom::models::winograd
