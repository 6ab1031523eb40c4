#include "models/kernels/simd/avx2.h"

#include "models/kernels/packed_linear/linear_impl.h"

namespace heirloom::models {

void linearAvx2(const LinearRows<float>& rows, float* scratch) {
  LinearMultiplier<Avx2>(rows, scratch).run();
}

}  // namespace heirloom::models
