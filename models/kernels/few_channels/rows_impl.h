#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README of models/kernels.

#include "models/kernels/few_channels/rows.h"
#include "models/kernels/simd/product.h"
#include "models/kernels/simd/rectified.h"

namespace heirloom::models::few_channels {
namespace {

/// Up to V::rows pixels of up to 2 * lanes channels: all sums in registers, the pixels beside each other in memory.
template <class V, int vectors, Negative negative>
inline void convolveBlock(const FromFew& layer, const float* const above[3], std::int64_t planeWidth, int x,
                          const float* weights, const float* bias, float* to, std::int64_t pixel, int count,
                          int channels) {
  V sums[V::rows][vectors];
#pragma GCC unroll 16
  for (int p = 0; p < V::rows; ++p) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sums[p][v] = V::load(bias + v * V::lanes);
  }
  for (int ky = 0; ky < 3; ++ky) {
    const float* plane = above[ky] + x;
    for (int c = 0; c < layer.in; ++c, plane += planeWidth) {
      // Unrolled, GCC keeps neighbours' values for the next column and runs out of registers for the sums.
#pragma GCC unroll 1
      for (int kx = 0; kx < 3; ++kx, weights += 2 * V::lanes) {
        V w[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) w[v] = V::load(weights + v * V::lanes);
#pragma GCC unroll 16
        for (int p = 0; p < V::rows; ++p) {
          const V value = V::all(plane[kx + p]);
#pragma GCC unroll 2
          for (int v = 0; v < vectors; ++v) sums[p][v] = multiplyAdd(value, w[v], sums[p][v]);
        }
      }
    }
  }
  const V slope = V::all(layer.negativeSlope);
  const bool whole = channels == vectors * V::lanes;
#pragma GCC unroll 16
  for (int p = 0; p < V::rows; ++p) {
    if (p >= count) break;
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      const V value = rectified<V, negative>(sums[p][v], slope);
      float* const place = to + p * pixel + v * V::lanes;
      if (whole)
        value.store(place);
      else
        value.storeFirst(place, channels - v * V::lanes < V::lanes ? channels - v * V::lanes : V::lanes);
    }
  }
}

template <class V, Negative negative>
void fromFewAs(const FromFew& layer, const float* const above[3], std::int64_t planeWidth, float* to,
               std::int64_t pixel) {
  constexpr int columns = 2 * V::lanes;
  for (int x = 0; x < layer.width; x += V::rows) {
    const int count = layer.width - x < V::rows ? layer.width - x : V::rows;
    for (int channel = 0; channel < layer.out; channel += columns) {
      const int channels = layer.out - channel < columns ? layer.out - channel : columns;
      const float* weights = layer.weights + std::int64_t{channel} * 9 * layer.in;
      const auto convolve = channels > V::lanes ? convolveBlock<V, 2, negative> : convolveBlock<V, 1, negative>;
      convolve(layer, above, planeWidth, x, weights, layer.bias + channel, to + x * pixel + channel, pixel, count,
               channels);
    }
  }
}

template <class V>
void fromFew(const FromFew& layer, const float* const above[3], std::int64_t planeWidth, float* to,
             std::int64_t pixel) {
  if (layer.negativeSlope == 1)
    fromFewAs<V, Negative::Kept>(layer, above, planeWidth, to, pixel);
  else if (layer.negativeSlope == 0)
    fromFewAs<V, Negative::Zero>(layer, above, planeWidth, to, pixel);
  else
    fromFewAs<V, Negative::Scaled>(layer, above, planeWidth, to, pixel);
}

inline float widened(float value) {
  return value;
}

/// bfloat16 is the upper half of a float.
inline float widened(std::uint16_t value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float result;
  __builtin_memcpy(&result, &bits, sizeof result);
  return result;
}

template <class V, class T>
void sharesOf(const ToFew& layer, const T* from, std::int64_t pixel, float* block, float* shares,
              std::int64_t shareWidth) {
  constexpr int columns = 2 * V::lanes;
  const int depth = (layer.in + V::lanes - 1) / V::lanes;
  for (int x = 0; x < layer.width; x += V::rows) {
    const int count = layer.width - x < V::rows ? layer.width - x : V::rows;
    for (int p = 0; p < count; ++p) {
      const T* source = from + (x + p) * pixel;
      for (int d = 0; d < depth; ++d) {
        float* const to = block + (d * V::rows + p) * V::lanes;
        const int valid = layer.in - d * V::lanes;
        if (valid >= V::lanes) {
          V::load(source + d * V::lanes).store(to);
        } else {
          for (int lane = 0; lane < V::lanes; ++lane)
            to[lane] = lane < valid ? widened(source[d * V::lanes + lane]) : 0;
        }
      }
    }
    const std::int64_t perChunk = std::int64_t{depth} * V::lanes * columns;
    for (int column = 0; column < 9 * layer.out; column += columns) {
      const float* weights = layer.weights + column / columns * perChunk;
      float* const to = shares + x * shareWidth + column;
      if (9 * layer.out - column > V::lanes)
        multiplyRows<V, 2>(count, block, weights, depth, to, shareWidth);
      else
        multiplyRows<V, 1>(count, block, weights, depth, to, shareWidth);
    }
  }
}

template <class V>
void gather(const ToFew& layer, const float* const shares[3], std::int64_t shareWidth, const float* residual,
            std::int64_t residualPixel, float* to, std::int64_t pixel) {
  for (int x = 0; x < layer.width; ++x, to += pixel) {
    for (int channel = 0; channel < layer.out; channel += V::lanes) {
      const int valid = layer.out - channel < V::lanes ? layer.out - channel : V::lanes;
      V sum = V::load(layer.bias + channel);
      for (int ky = 0; ky < 3; ++ky) {
        if (!shares[ky]) continue;
        for (int kx = 0; kx < 3; ++kx) {
          const int source = x + kx - 1;
          if (source < 0 || source >= layer.width) continue;
          sum = sum + V::load(shares[ky] + source * shareWidth + (ky * 3 + kx) * layer.out + channel);
        }
      }
      if (residual) sum = sum + V::loadFirst(residual + x * residualPixel + channel, valid);
      sum.storeFirst(to + channel, valid);
    }
  }
}

template <class V>
RowKernels rowsOf() {
  return {V::lanes, V::rows, 2 * V::lanes, fromFew<V>, sharesOf<V, float>, sharesOf<V, std::uint16_t>, gather<V>};
}

}  // namespace
}  // namespace heirloom::models::few_channels
