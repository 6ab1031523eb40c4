#pragma once

#include <torch/types.h>

#include <optional>

#include "models/kernels/ending.h"

namespace heirloom::models {

/// What becomes of the sums s = conv(x) + bias of our 3x3 convolutions before they are written. r: the residual, 0
/// without one.
struct ConvolutionEnding {
  enum class Kind {
    Rectified,  // s + r, multiplied by a slope where it is below zero
    Silu,       // (s + r) sigmoid(s + r)
    Gated,      // (s + r) (sigmoid(s) - 1/2), SPAN's attention without parameters; takes a residual
  };
  Kind kind = Kind::Rectified;
  double negativeSlope = 1;                 // 1 keeps values below zero, 0 is ReLU, others are leaky ReLU
  std::optional<at::Tensor> residual = {};  // of the result's shape and type
  at::Tensor slopes = {};                   // out, float32: each channel's own slope instead (PReLU)

  /// Which loop computes it.
  Ending loop() const {
    if (kind == Kind::Silu) return Ending::Silu;
    if (kind == Kind::Gated) return Ending::Gated;
    if (slopes.defined()) return Ending::Scaled;
    return negativeSlope == 1 ? Ending::Kept : negativeSlope == 0 ? Ending::Relu : Ending::Scaled;
  }
};

/// Whether the channels of a pixel lie side by side, as our convolutions read and write them.
inline bool channelsSideBySide(const at::Tensor& x) {
  return x.size(1) == 1 || x.stride(1) == 1;
}

/// x itself where they do, otherwise a channels-last copy.
inline at::Tensor withChannelsSideBySide(const at::Tensor& x) {
  return channelsSideBySide(x) ? x : x.contiguous(at::MemoryFormat::ChannelsLast);
}

/// Throws c10::Error, naming the `function`, where `x` (N in H W of one of `types`), `result` or what the ending holds
/// does not fit a 3x3 convolution from `in` to `out` channels on the CPU.
void requireFitting(const char* function, const at::Tensor& result, const at::Tensor& x, int in, int out,
                    const ConvolutionEnding& ending, at::ArrayRef<at::ScalarType> types);

/// The strides of x, whose channels lie side by side, with its values at `data`.
template <class T>
Pixels<T> pixelsOf(T* data, const at::Tensor& x) {
  return {data, x.stride(0), x.stride(2), x.stride(3)};
}

}  // namespace heirloom::models
