#pragma once

#include <cstdint>

namespace heirloom::models::selective_scan {

/// One direction's way over the pixels of a picture, as steps between their indices.
struct Way {
  std::int64_t start = 0;
  std::int64_t lines = 0, lineStep = 0;    ///< rows or columns
  std::int64_t pixels = 0, pixelStep = 0;  ///< of a line
};

/// A block of channels, one a lane, in one direction.
struct Block {
  Way way;
  int channels = 0;  ///< 1..lanes of this block that exist
  int rank = 0;
  int states = 0;
  const float* x = nullptr;  ///< the block's first channel of pixel 0; `features` floats to the next pixel
  float* y = nullptr;        ///< the same
  std::int64_t features = 0;
  const float* projected = nullptr;  ///< of this direction: step, input, output; `projectedPixel` floats to the next
  std::int64_t projectedPixel = 0;
  const float* stepWeight = nullptr;  ///< [rank][lanes]
  const float* stepBias = nullptr;    ///< [lanes]
  const float* decay = nullptr;       ///< [states][lanes], times log2 e
  const float* skip = nullptr;        ///< [lanes]
  float* state = nullptr;             ///< [states][lanes], zeros at first
  bool add = false;                   ///< to what is in y
};

struct Kernel {
  int lanes = 0;
  void (*scan)(const Block&) = nullptr;
};

Kernel avx512Kernel();
Kernel avx2Kernel();

}  // namespace heirloom::models::selective_scan
