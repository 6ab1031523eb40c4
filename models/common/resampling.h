#pragma once

#include <torch/types.h>

#include <cstdint>

namespace heirloom::models {

/// What a sample is made of its neighbours with: Bilinear reaches 1 sample, Bicubic (a = -0.5) 2, Lanczos 3.
enum class Filter { Bilinear, Bicubic, Lanczos };

/// What there is beyond the ends: nothing, which leaves the weights of the others, as Pillow has it; or the mirror
/// image that begins with the last sample again, as MATLAB has it.
enum class Beyond { Nothing, Mirrored };

/// A resampling along one side as a matrix: `out` rows of weights of `in` samples, float64 on the CPU; the filter is
/// widened where it shrinks, as Pillow makes it and, with a mirror image beyond the ends, MATLAB's imresize.
at::Tensor resamplingMatrix(std::int64_t in, std::int64_t out, Filter filter, Beyond beyond = Beyond::Nothing);
inline at::Tensor lanczosMatrix(std::int64_t in, std::int64_t out) {
  return resamplingMatrix(in, out, Filter::Lanczos);
}

/// Blur by a Gaussian of `sigma` samples, its weights made 1 in sum at the ends; float64, side x side.
at::Tensor gaussianMatrix(std::int64_t side, double sigma);

/// `rows` x picture x `columns`^T: N C H W resampled along both sides, in the precision of the picture. The matrices
/// must be on its device.
at::Tensor resampled(const at::Tensor& picture, const at::Tensor& rows, const at::Tensor& columns);

/// Pillow's resizing of 8-bit pictures, to the bit (versions before 13, which go along the rows first): `picture`
/// float32 N C H W in 0..1, rounded to 8 bits first. Returns multiples of 1 / 255 in float32.
at::Tensor resizedIn8Bits(const at::Tensor& picture, std::int64_t height, std::int64_t width,
                          Filter filter = Filter::Lanczos);

}  // namespace heirloom::models
