#include "models/kernels/simd/avx2.h"

#include "models/kernels/selective_scan/scan_impl.h"

namespace heirloom::models::selective_scan {

Kernel avx2Kernel() {
  return {Avx2::lanes, scan<Avx2>};
}

}  // namespace heirloom::models::selective_scan
