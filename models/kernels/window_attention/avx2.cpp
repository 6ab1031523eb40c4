#include "models/kernels/simd/avx2.h"

#include "models/kernels/window_attention/attend_impl.h"

namespace heirloom::models {

void attendWindowAvx2(const WindowRows<float>& rows, float* scratch) {
  WindowAttender<Avx2>(rows, scratch).run();
}

}  // namespace heirloom::models
