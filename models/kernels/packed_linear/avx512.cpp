#include "models/kernels/packed_linear/avx512_linear.h"

namespace heirloom::models {

void linearAvx512(const LinearRows<float>& rows, float* scratch) {
  LinearMultiplier<Float32>(rows, scratch).run();
}

}  // namespace heirloom::models
