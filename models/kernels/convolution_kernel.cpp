#include "models/kernels/convolution_kernel.h"

#include "models/kernels/matrix_tiles/tile_convolution.h"
#include "models/kernels/processor.h"
#include "models/kernels/winograd/winograd.h"

namespace heirloom::models {

ConvolutionKernel convolutionKernel(at::ScalarType precision, int in, int out) {
  const bool half = precision == at::kBFloat16;
  if (half && matrixTilesServe(in, out)) return ConvolutionKernel::MatrixTiles;
  // Four times fewer products in float32 beat direct ones in bfloat16, which are twice as fast; but not on matrix
  // tiles.
  const bool float32Products = precision == at::kFloat || (half && !processor().amxBf16);
  return float32Products && winogradServes(in, out) ? ConvolutionKernel::Winograd : ConvolutionKernel::None;
}

}  // namespace heirloom::models
