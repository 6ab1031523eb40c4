// Stands in for the kernels that need instructions of x86 where they cannot be compiled; processor() never lets
// anything come here.

#include "models/kernels/few_channels/rows.h"
#include "models/kernels/matrix_tiles/band.h"
#include "models/kernels/packed_linear/rows.h"
#include "models/kernels/selective_scan/scan.h"
#include "models/kernels/window_attention/rows.h"
#include "models/kernels/winograd/block.h"

namespace heirloom::models {

void attendWindowAvx2(const WindowRows<float>&, float*) {}
void attendWindowAvx512(const WindowRows<float>&, float*) {}
void attendWindowAvx512Bf16(const WindowRows<std::uint16_t>&, float*) {}
void attendWindowAmx(const WindowRows<std::uint16_t>&, float*) {}
void linearAvx2(const LinearRows<float>&, float*) {}
void linearAvx512(const LinearRows<float>&, float*) {}
void linearAvx512Bf16(const LinearRows<std::uint16_t>&, float*) {}
void linearAmx(const LinearRows<std::uint16_t>&, float*) {}

void matrix_tiles::convolveAmx(const Band&, int, int, float*) {}

few_channels::RowKernels few_channels::avx2Rows() {
  return {};
}
few_channels::RowKernels few_channels::avx512Rows() {
  return {};
}

selective_scan::Kernel selective_scan::avx2Kernel() {
  return {};
}
selective_scan::Kernel selective_scan::avx512Kernel() {
  return {};
}

namespace winograd {

template <class Sample>
BlockKernels<Sample> avx2Kernels() {
  return {};
}
template <class Sample>
BlockKernels<Sample> avx512Kernels() {
  return {};
}
template BlockKernels<float> avx2Kernels();
template BlockKernels<std::uint16_t> avx2Kernels();
template BlockKernels<float> avx512Kernels();
template BlockKernels<std::uint16_t> avx512Kernels();

}  // namespace winograd

}  // namespace heirloom::models
