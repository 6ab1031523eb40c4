#pragma once

#include <torch/types.h>

#include "models/kernels/convolution_ending.h"
#include "models/kernels/convolution_weights.h"

namespace heirloom::models {

/// Whether `winogradConvolution` runs on this processor (AVX-512, or AVX2 with FMA; asked at run time) and is faster
/// than LibTorch's convolution for a 3x3 kernel with stride 1, padding 1, dilation 1 and one group of these channels.
/// To four channels or fewer, `convolutionToFew` is faster still.
bool winogradServes(int in, int out);

/// In float32. Few weights are transformed once and for all; many stay 3x3 kernels, a quarter of the memory, and are
/// transformed as they are needed, which costs a hundredth of the products of a picture.
class WinogradWeights : public ConvolutionWeights {
 public:
  /// Arguments as in `ConvolutionWeights`. Throws c10::Error where no kernel runs on this processor, too.
  explicit WinogradWeights(const at::Tensor& weight, const at::Tensor& bias = {});

  const float* weights() const { return weights_.const_data_ptr<float>(); }
  /// What the weights of these channels take, where `winogradServes` them.
  static std::int64_t bytes(int in, int out);
};

/// Convolution with kernel 3, stride 1, zero padding 1 as F(4x4, 3x3) of Lavin & Gray, "Fast Algorithms for
/// Convolutional Neural Networks", CVPR 2016. Its rounding error is a few times that of the direct form.
///
/// x: N in H W float32 or bfloat16 -> N out H W of the same type, channels-last. The arithmetic is float32 for both:
/// bfloat16 values, rounded in the transformed domain, would have four times the error of the direct form in bfloat16.
/// Inputs of another layout than channels-last are copied. Works on LibTorch's threads; keeps no state between calls.
at::Tensor winogradConvolution(const at::Tensor& x, const WinogradWeights& weights,
                               const ConvolutionEnding& ending = {});

/// The same into `result`, N out H W with the channels of a pixel side by side: a channels-last tensor or a slice
/// of the channels of one, which x and residual may be too. `result` must not overlap x; it may be the residual.
void winogradConvolutionInto(at::Tensor& result, const at::Tensor& x, const WinogradWeights& weights,
                             const ConvolutionEnding& ending = {});

}  // namespace heirloom::models
