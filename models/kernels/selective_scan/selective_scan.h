#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// What a selective scan over a picture learned (Gu, Dao, "Mamba", 2023; over four directions: Liu et al., "VMamba",
/// NeurIPS 2024). D channels, S states a channel, R the rank of the step's projection; all float32 and contiguous.
struct SelectiveScanWeights {
  at::Tensor stepWeight;  // 4 D R
  at::Tensor stepBias;    // 4 D
  at::Tensor decay;       // 4 D S, negative
  at::Tensor skip;        // 4 D
};

/// Every channel of `x` runs four times over the picture's pixels: along the rows, down the columns, and both
/// backwards. Of `projected`, which the pixels make themselves, a direction reads step (R), input (S) and output (S):
///
///   delta = softplus(stepWeight step + stepBias)
///   state = exp(delta decay) state + delta input x      one of S a channel, zero at first
///   y     = output . state + skip x
///
/// `x`: float32 N H W D, contiguous; `projected`: float32 N H W 4 R+2S, contiguous. Returns the sum of the four y,
/// N H W D. Time is linear in the pixels.
///
/// Ours runs on AVX-512 or AVX2 with FMA (channels in the lanes, threads over blocks of channels and directions) and on
/// CUDA; anything else, and tensors that need a gradient, takes the plain twin. Throws c10::Error for shapes that do
/// not fit.
at::Tensor selectiveScan(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights);

/// The twin in LibTorch, a loop over the pixels: any device, with gradients.
at::Tensor plainSelectiveScan(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights);

}  // namespace heirloom::models
