#include "models/kernels/simd/avx512.h"

#include "models/kernels/winograd/block_impl.h"

namespace heirloom::models::winograd {

template <>
BlockKernels<float> avx512Kernels() {
  return kernelsOf<Avx512, float>();
}

template <>
BlockKernels<std::uint16_t> avx512Kernels() {
  return kernelsOf<Avx512, std::uint16_t>();
}

}  // namespace heirloom::models::winograd
