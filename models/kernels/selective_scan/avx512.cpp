#include "models/kernels/simd/avx512.h"

#include "models/kernels/selective_scan/scan_impl.h"

namespace heirloom::models::selective_scan {

Kernel avx512Kernel() {
  return {Avx512::lanes, scan<Avx512>};
}

}  // namespace heirloom::models::selective_scan
