#pragma once

#include <torch/types.h>

#include "models/kernels/convolution_ending.h"
#include "models/kernels/convolution_weights.h"

namespace heirloom::models {

/// Whether `tileConvolution` runs on this processor (AMX with bfloat16, AVX512_BF16; asked at run time) and is faster
/// than what else there is for a 3x3 convolution of these channels.
bool matrixTilesServe(int in, int out);

/// Rounded to bfloat16, padded to whole tiles.
class MatrixTileWeights : public ConvolutionWeights {
 public:
  /// Arguments as in `ConvolutionWeights`.
  MatrixTileWeights(const at::Tensor& weight, const at::Tensor& bias);

  const std::uint16_t* weights() const { return static_cast<const std::uint16_t*>(weights_.const_data_ptr()); }
  /// What the weights of these channels take.
  static std::int64_t bytes(int in, int out);
};

/// Convolution with kernel 3, stride 1, zero padding 1, in the direct form: the nine shifted pictures are products of
/// matrices, which the processor multiplies as tiles of 16 pixels, 32 values and 16 output channels. Plain twin:
/// at::conv2d.
///
/// x: N in H W bfloat16 -> N out H W bfloat16, channels-last. Sums are float32, rounded once, behind the ending. What
/// is not finite may reach up to three pixels further to the left, through weights of zero. Inputs of another layout
/// than channels-last are copied. Works on LibTorch's threads; keeps no state between calls.
at::Tensor tileConvolution(const at::Tensor& x, const MatrixTileWeights& weights, const ConvolutionEnding& ending = {});

/// The same into `result`, N out H W with the channels of a pixel side by side: a channels-last tensor or a slice of
/// the channels of one, which x and residual may be too. `result` must not overlap x; it may be the residual.
void tileConvolutionInto(at::Tensor& result, const at::Tensor& x, const MatrixTileWeights& weights,
                         const ConvolutionEnding& ending = {});

}  // namespace heirloom::models
