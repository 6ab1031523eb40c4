#include "models/kernels/simd/avx512.h"

#include "models/kernels/few_channels/rows_impl.h"

namespace heirloom::models::few_channels {

RowKernels avx512Rows() {
  return rowsOf<Avx512>();
}

}  // namespace heirloom::models::few_channels
