#include "models/common/placed_bytes.h"

#include <torch/types.h>

#include "models/kernels/convolution_kernel.h"
#include "models/kernels/matrix_tiles/tile_convolution.h"
#include "models/kernels/winograd/winograd.h"

namespace heirloom::models {

std::uint64_t placedBytes(const TensorEntry& entry, const Placement& placement) {
  const std::vector<std::int64_t>& shape = entry.shape;
  if (placement.device.is_cpu() && !placement.plain && shape.size() == 4 && shape[2] == 3) {
    const int in = static_cast<int>(shape[1]);
    const int out = static_cast<int>(shape[0]);
    switch (convolutionKernel(placement.precision, in, out)) {
      case ConvolutionKernel::MatrixTiles:
        return static_cast<std::uint64_t>(MatrixTileWeights::bytes(in, out));
      case ConvolutionKernel::Winograd:
        return static_cast<std::uint64_t>(WinogradWeights::bytes(in, out));
      case ConvolutionKernel::None:
        break;
    }
  }
  return static_cast<std::uint64_t>(entry.numel()) * at::elementSize(placement.precision);
}

}  // namespace heirloom::models
