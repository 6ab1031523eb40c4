#pragma once

#include <c10/core/ScalarType.h>

namespace heirloom::models {

/// Our kernels for 3x3 convolutions that many layers take; what makes a picture is `convolutionToFew`'s.
enum class ConvolutionKernel {
  None,  // LibTorch's own operations are faster, or nothing of ours runs here
  MatrixTiles,
  Winograd,
};

/// Which of them a convolution of these channels takes on this processor: kernel 3, stride 1, padding 1, dilation 1 and
/// one group, placed in `precision`.
ConvolutionKernel convolutionKernel(at::ScalarType precision, int in, int out);

}  // namespace heirloom::models
