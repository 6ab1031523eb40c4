// Stands in for the kernels that need instructions of x86 where they cannot be compiled; processor() never lets
// anything come here.

#include "models/kernels/few_channels/rows.h"
#include "models/kernels/packed_linear/rows.h"
#include "models/kernels/window_attention/rows.h"
#include "models/kernels/winograd/block.h"

namespace heirloom::models {

void attendWindowAvx512(const WindowRows<float>&, float*) {}
void attendWindowAvx512Bf16(const WindowRows<std::uint16_t>&, float*) {}
void linearAvx512(const LinearRows<float>&, float*) {}
void linearAvx512Bf16(const LinearRows<std::uint16_t>&, float*) {}

few_channels::RowKernels few_channels::avx2Rows() {
  return {};
}
few_channels::RowKernels few_channels::avx512Rows() {
  return {};
}

winograd::BlockKernels winograd::avx2Kernels() {
  return {};
}
winograd::BlockKernels winograd::avx512Kernels() {
  return {};
}

}  // namespace heirloom::models
