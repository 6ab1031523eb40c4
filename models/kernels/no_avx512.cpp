// Stands in for the kernels for AVX-512 where they cannot be compiled; processor() never lets anything come here.

#include "models/kernels/packed_linear/rows.h"
#include "models/kernels/window_attention/rows.h"

namespace heirloom::models {

void attendWindowAvx512(const WindowRows<float>&, float*) {}
void attendWindowAvx512Bf16(const WindowRows<std::uint16_t>&, float*) {}
void linearAvx512(const LinearRows<float>&, float*) {}
void linearAvx512Bf16(const LinearRows<std::uint16_t>&, float*) {}

}  // namespace heirloom::models
