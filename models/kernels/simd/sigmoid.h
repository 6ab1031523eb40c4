#pragma once

namespace heirloom::models {
namespace {

/// 2^x for x <= 0, relative error below 3e-7; below -126 about 0. A minimax polynomial of degree 5.
template <class V>
inline V exp2Negative(V x) {
  x = maximum(V::all(-126), x);
  const V whole = rounded(x);
  const V rest = x - whole;
  V y = V::all(0.0013276472454890609F);
  y = multiplyAdd(y, rest, V::all(0.009675541892647743F));
  y = multiplyAdd(y, rest, V::all(0.05550713092088699F));
  y = multiplyAdd(y, rest, V::all(0.24022120237350464F));
  y = multiplyAdd(y, rest, V::all(0.6931469440460205F));
  y = multiplyAdd(y, rest, V::all(1.0000001192092896F));
  return timesTwoToThe(y, whole);
}

/// 1 / (1 + e^-x). What is not a number stays so.
template <class V>
inline V sigmoid(V x) {
  constexpr float kLog2E = 1.4426950408889634F;
  const V small = exp2Negative(minimum(x, V::all(0) - x) * V::all(kLog2E));  // e^-|x|
  return whereNegative(x, small, V::all(1)) / (V::all(1) + small);
}

}  // namespace
}  // namespace heirloom::models
