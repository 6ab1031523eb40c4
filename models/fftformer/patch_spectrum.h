#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// The two-dimensional Fourier transform of real 8x8 patches, as products with matrices: all channels of a patch at
/// once, where a transform for each would have to gather them first.
class PatchSpectrum {
 public:
  static constexpr std::int64_t kSide = 8;
  static constexpr std::int64_t kFrequencies = kSide * (kSide / 2 + 1);  // rows before columns; the rest mirrors them

  PatchSpectrum() = default;
  explicit PatchSpectrum(const at::Device& device);

  /// Patches of tokens N H W C, H and W multiples of 8: float32 patches, 64, C.
  static at::Tensor patches(const at::Tensor& tokens);
  /// And back, float32 N H W C.
  static at::Tensor tokens(const at::Tensor& patches, std::int64_t height, std::int64_t width);

  /// patches, 64, C -> patches, 2 (real and imaginary part), frequencies, C.
  at::Tensor forward(const at::Tensor& patches) const;
  /// The inverse. What is not the spectrum of a real patch loses its imaginary part.
  at::Tensor inverse(const at::Tensor& spectrum) const;

 private:
  at::Tensor forward_;  // 2 frequencies, 64
  at::Tensor inverse_;  // 64, 2 frequencies
};

}  // namespace heirloom::models
