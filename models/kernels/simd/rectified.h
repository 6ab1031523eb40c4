#pragma once

namespace heirloom::models {
namespace {

/// What becomes of values below zero.
enum class Negative { Kept, Zero, Scaled };

template <class V, Negative negative>
inline V rectified(V value, V slope) {
  if constexpr (negative == Negative::Zero) value = maximum(V::all(0), value);
  if constexpr (negative == Negative::Scaled)
    value = multiplyAdd(minimum(V::all(0), value), slope, maximum(V::all(0), value));
  return value;
}

}  // namespace
}  // namespace heirloom::models
