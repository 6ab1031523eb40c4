#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README.

#include <cstdint>

namespace heirloom::models {
namespace {

/// products[row] = values[depth][V::rows][lanes], row by row, times weights[depth * lanes][2 * lanes]; the products of
/// a row begin `stride` floats apart. All sums stay in registers.
template <class V, int rows, int vectors>
void multiplyGroup(const float* __restrict values, const float* __restrict weights, int depth,
                   float* __restrict products, std::int64_t stride) {
  V sums[rows][vectors];
#pragma GCC unroll 16
  for (int row = 0; row < rows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sums[row][v] = V::all(0);
  }
  for (int d = 0; d < depth; ++d, values += V::rows * V::lanes) {
    for (int k = 0; k < V::lanes; ++k, weights += 2 * V::lanes) {
      V w[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) w[v] = V::load(weights + v * V::lanes);
#pragma GCC unroll 16
      for (int row = 0; row < rows; ++row) {
        const V value = V::all(values[row * V::lanes + k]);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) sums[row][v] = multiplyAdd(value, w[v], sums[row][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < rows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sums[row][v].store(products + row * stride + v * V::lanes);
  }
}

/// For the last group, which may hold fewer rows.
template <class V, int vectors, int rows = V::rows>
inline void multiplyRows(int count, const float* values, const float* weights, int depth, float* products,
                         std::int64_t stride = 2 * V::lanes) {
  if (count == rows)
    multiplyGroup<V, rows, vectors>(values, weights, depth, products, stride);
  else if constexpr (rows > 1)
    multiplyRows<V, vectors, rows - 1>(count, values, weights, depth, products, stride);
}

}  // namespace
}  // namespace heirloom::models
