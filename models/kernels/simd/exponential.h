#pragma once

// Of internal linkage, as everything compiled for one instruction set: see the README.

namespace heirloom::models {
namespace {

constexpr float kLog2E = 1.44269504088896341F;

/// 2^x for x <= 0, relative error below 3e-7; next to nothing far below the smallest float. The series of degree 6, not
/// a minimax polynomial: near 0 it is exact, and a product of thousands of such factors does not drift.
template <class V>
inline V exp2Negative(V x) {
  const V whole = rounded(x), rest = x - whole;
  V y = V::all(0.00015403530393381608F);
  y = multiplyAdd(y, rest, V::all(0.0013333558146428443F));
  y = multiplyAdd(y, rest, V::all(0.009618129107628477F));
  y = multiplyAdd(y, rest, V::all(0.05550410866482158F));
  y = multiplyAdd(y, rest, V::all(0.2402265069591007F));
  y = multiplyAdd(y, rest, V::all(0.6931471805599453F));
  y = multiplyAdd(y, rest, V::all(1.0F));
  return timesPowerOfTwo(y, whole);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), relative error below 1e-6. The logarithm of 1 + e is
/// 2 artanh(e / (2 + e)), whose series ends early because e <= 1.
template <class V>
inline V softplus(V x) {
  const V e = exp2Negative(magnitude(x) * V::all(-kLog2E));
  const V z = e / (e + V::all(2)), square = z * z;
  V series = V::all(1.0F / 15);
  for (int odd = 13; odd > 0; odd -= 2) series = multiplyAdd(series, square, V::all(1.0F / static_cast<float>(odd)));
  // Not a number must stay so: maximum() returns its second operand.
  return multiplyAdd(z + z, series, maximum(V::all(0), x));
}

/// 1 / (1 + e^-x). What is not a number stays so.
template <class V>
inline V sigmoid(V x) {
  const V e = exp2Negative(magnitude(x) * V::all(-kLog2E));
  return whereNegative(x, e, V::all(1)) / (V::all(1) + e);
}

}  // namespace
}  // namespace heirloom::models
