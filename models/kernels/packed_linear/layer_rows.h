#pragma once

#include "models/kernels/packed_linear/packed_linear.h"
#include "models/kernels/packed_linear/rows.h"

namespace heirloom::models {

/// What a call of the kernel needs to know of a layer; rows and their pointers are left to the caller.
template <typename Value>
LinearRows<Value> linearRows(const PackedLinear& layer) {
  return {.inputs = static_cast<int>(layer.inputs),
          .outputs = static_cast<int>(layer.outputs),
          .weights = layer.weights.const_data_ptr(),
          .bias = layer.bias.const_data_ptr<float>(),
          .normalise = layer.normalise,
          .epsilon = static_cast<float>(layer.epsilon),
          .activation = static_cast<LinearActivation>(layer.activation),
          .slope = static_cast<float>(layer.slope)};
}

}  // namespace heirloom::models
