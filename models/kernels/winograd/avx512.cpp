#include "models/kernels/simd/avx512.h"

#include "models/kernels/winograd/block_impl.h"

namespace heirloom::models::winograd {

BlockKernels avx512Kernels() {
  return kernelsOf<Avx512>();
}

}  // namespace heirloom::models::winograd
