#include "models/kernels/simd/avx2.h"

#include "models/kernels/few_channels/rows_impl.h"

namespace heirloom::models::few_channels {

RowKernels avx2Rows() {
  return rowsOf<Avx2>();
}

}  // namespace heirloom::models::few_channels
