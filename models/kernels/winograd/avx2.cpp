#include "models/kernels/simd/avx2.h"

#include "models/kernels/winograd/block_impl.h"

namespace heirloom::models::winograd {

template <>
BlockKernels<float> avx2Kernels() {
  return kernelsOf<Avx2, float>();
}

template <>
BlockKernels<std::uint16_t> avx2Kernels() {
  return kernelsOf<Avx2, std::uint16_t>();
}

}  // namespace heirloom::models::winograd
