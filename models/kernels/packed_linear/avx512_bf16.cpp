#include "models/kernels/packed_linear/avx512_linear.h"

namespace heirloom::models {

void linearAvx512Bf16(const LinearRows<std::uint16_t>& rows, float* scratch) {
  LinearMultiplier<BFloat16>(rows, scratch).run();
}

}  // namespace heirloom::models
