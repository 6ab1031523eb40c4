#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README.

#include "models/kernels/selective_scan/scan.h"
#include "models/kernels/simd/exponential.h"

namespace heirloom::models::selective_scan {
namespace {

constexpr int kAhead = 4;  // pixels whose memory is asked for before they are reached

/// Down a column every pixel lies on a page of its own, and the processor foresees nothing.
inline void fetch(const Block& block, std::int64_t pixel) {
  constexpr int kFloatsOfALine = 16;
  __builtin_prefetch(block.x + pixel * block.features);
  __builtin_prefetch(block.y + pixel * block.features, 1);
  const float* const projected = block.projected + pixel * block.projectedPixel;
  for (int at = 0; at < block.rank + 2 * block.states; at += kFloatsOfALine) __builtin_prefetch(projected + at);
}

/// One pixel. `states`: known to the compiler, which then keeps them apart in its schedule; 0: as the block says.
template <class V, int states>
inline void step(const Block& block, std::int64_t pixel, V bias, V skip) {
  const int count = states ? states : block.states;
  const float* const projected = block.projected + pixel * block.projectedPixel;
  const float* const input = projected + block.rank;
  const float* const output = input + count;
  V delta = bias;
  for (int r = 0; r < block.rank; ++r)
    delta = multiplyAdd(V::all(projected[r]), V::load(block.stepWeight + r * V::lanes), delta);
  delta = softplus(delta);
  const float* const from = block.x + pixel * block.features;
  const V x = block.channels == V::lanes ? V::load(from) : V::loadFirst(from, block.channels);
  const V weighed = delta * x;
  // Two sums, so that neither waits for the other.
  V y = skip * x, other = V::all(0);
#pragma GCC unroll 16
  for (int s = 0; s < count; ++s) {
    float* const kept = block.state + s * V::lanes;
    const V faded = exp2Negative(delta * V::load(block.decay + s * V::lanes)) * V::load(kept);
    const V state = multiplyAdd(weighed, V::all(input[s]), faded);
    state.store(kept);
    if (s % 2 == 0)
      y = multiplyAdd(state, V::all(output[s]), y);
    else
      other = multiplyAdd(state, V::all(output[s]), other);
  }
  y = y + other;
  float* const to = block.y + pixel * block.features;
  if (block.channels == V::lanes) {
    (block.add ? V::load(to) + y : y).store(to);
  } else {
    (block.add ? V::loadFirst(to, block.channels) + y : y).storeFirst(to, block.channels);
  }
}

template <class V, int states>
void scanOf(const Block& block) {
  const V bias = V::load(block.stepBias), skip = V::load(block.skip);
  for (std::int64_t line = 0; line < block.way.lines; ++line) {
    std::int64_t pixel = block.way.start + line * block.way.lineStep;
    for (std::int64_t i = 0; i < block.way.pixels; ++i, pixel += block.way.pixelStep) {
      if (i + kAhead < block.way.pixels) fetch(block, pixel + kAhead * block.way.pixelStep);
      step<V, states>(block, pixel, bias, skip);
    }
  }
}

template <class V>
void scan(const Block& block) {
  if (block.states == 16)
    scanOf<V, 16>(block);
  else if (block.states == 10)
    scanOf<V, 10>(block);
  else
    scanOf<V, 0>(block);
}

}  // namespace
}  // namespace heirloom::models::selective_scan
