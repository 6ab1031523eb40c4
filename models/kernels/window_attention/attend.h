#pragma once

#include "models/kernels/processor.h"
#include "models/kernels/window_attention/rows.h"

namespace heirloom::models {

/// On matrix tiles or with the widest vectors that this processor has; AVX2 at least, for bfloat16 AVX512_BF16.
inline void attendWindow(const WindowRows<float>& rows, float* scratch) {
  (processor().avx512 ? attendWindowAvx512 : attendWindowAvx2)(rows, scratch);
}
inline void attendWindow(const WindowRows<std::uint16_t>& rows, float* scratch) {
  (processor().amxBf16 ? attendWindowAmx : attendWindowAvx512Bf16)(rows, scratch);
}

}  // namespace heirloom::models
