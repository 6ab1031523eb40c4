#include "models/kernels/simd/avx2.h"

#include "models/kernels/winograd/block_impl.h"

namespace heirloom::models::winograd {

BlockKernels avx2Kernels() {
  return kernelsOf<Avx2>();
}

}  // namespace heirloom::models::winograd
