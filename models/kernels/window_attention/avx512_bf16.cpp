#include "models/kernels/window_attention/avx512_attend.h"

namespace heirloom::models {

void attendWindowAvx512Bf16(const WindowRows<std::uint16_t>& rows, float* scratch) {
  WindowAttender<BFloat16>(rows, scratch).run();
}

}  // namespace heirloom::models
