#pragma once

#include "models/kernels/packed_linear/packed_linear.h"
#include "models/kernels/packed_linear/rows.h"
#include "models/kernels/processor.h"

namespace heirloom::models {

/// With matrix tiles, or the widest vectors that this processor has; AVX2 at least, for bfloat16 AVX512_BF16.
inline void multiplyLinear(const LinearRows<float>& rows, float* scratch) {
  (processor().avx512 ? linearAvx512 : linearAvx2)(rows, scratch);
}
inline void multiplyLinear(const LinearRows<std::uint16_t>& rows, float* scratch) {
  (processor().amxBf16 ? linearAmx : linearAvx512Bf16)(rows, scratch);
}

/// What a call of the kernel needs to know of a layer; rows and their pointers are left to the caller.
template <typename Value>
LinearRows<Value> linearRows(const PackedLinear& layer) {
  return {.inputs = static_cast<int>(layer.inputs),
          .outputs = static_cast<int>(layer.products()),
          .weights = layer.weights.const_data_ptr(),
          .panel = static_cast<int>(layer.panel),
          .bias = layer.bias.const_data_ptr<float>(),
          .normalise = layer.normalise,
          .epsilon = static_cast<float>(layer.epsilon),
          .activation = static_cast<LinearActivation>(layer.activation),
          .slope = static_cast<float>(layer.slope),
          .gated = layer.gated};
}

}  // namespace heirloom::models
