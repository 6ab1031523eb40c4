#pragma once

#include <cstdint>

namespace heirloom::models {

/// How the sums of a convolution become values that are written; `ConvolutionEnding` has the formulae.
enum class Ending { Kept, Relu, Scaled, Silu, Gated };

/// Pixels of a batch, the channels of a pixel side by side: strides in samples.
template <class T>
struct Pixels {
  T* data = nullptr;
  std::int64_t image = 0;
  std::int64_t row = 0;
  std::int64_t pixel = 0;
};

}  // namespace heirloom::models
