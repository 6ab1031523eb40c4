#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README.

#include "models/kernels/ending.h"
#include "models/kernels/simd/exponential.h"

namespace heirloom::models {
namespace {

/// What is written of a sum s of a convolution; `other` is the residual's value where there is one.
template <class V, Ending ending, bool hasOther>
inline V ended(V s, V slope, V other) {
  if constexpr (ending == Ending::Gated) return (s + other) * (sigmoid(s) - V::all(0.5F));
  if constexpr (hasOther) s = s + other;
  if constexpr (ending == Ending::Relu) s = maximum(V::all(0), s);
  if constexpr (ending == Ending::Scaled) s = multiplyAdd(minimum(V::all(0), s), slope, maximum(V::all(0), s));
  if constexpr (ending == Ending::Silu) s = s * sigmoid(s);
  return s;
}

}  // namespace
}  // namespace heirloom::models
