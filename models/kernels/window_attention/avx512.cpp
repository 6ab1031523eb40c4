#include "models/kernels/window_attention/avx512_attend.h"

namespace heirloom::models {

void attendWindowAvx512(const WindowRows<float>& rows, float* scratch) {
  WindowAttender<Float32>(rows, scratch).run();
}

}  // namespace heirloom::models
