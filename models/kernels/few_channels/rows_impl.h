#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README of models/kernels.

#include "models/kernels/few_channels/rows.h"
#include "models/kernels/simd/product.h"

namespace heirloom::models::few_channels {
namespace {

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
  return {V::lanes, V::rows, 2 * V::lanes, sharesOf<V, float>, sharesOf<V, std::uint16_t>, gather<V>};
}

}  // namespace
}  // namespace heirloom::models::few_channels
