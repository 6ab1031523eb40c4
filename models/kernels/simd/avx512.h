#pragma once

#include <immintrin.h>

#include <cstdint>

namespace heirloom::models {
namespace {

/// Sixteen floats. For sources compiled with AVX-512 only, hence of internal linkage.
struct Avx512 {
  static constexpr int lanes = 16;
  static constexpr int rows = 14;  // 28 sums, 2 weights, 1 value of 32 registers

  static Avx512 all(float value) { return {_mm512_set1_ps(value)}; }
  static Avx512 load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Avx512 load(const std::uint16_t* from) {  // bfloat16
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
  }
  static Avx512 loadFirst(const float* from, int count) { return {_mm512_maskz_loadu_ps(first(count), from)}; }
  static Avx512 loadFirst(const std::uint16_t* from, int count) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first(count), from));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
  }
  void store(float* to) const { _mm512_storeu_ps(to, value); }
  void storeFirst(float* to, int count) const { _mm512_mask_storeu_ps(to, first(count), value); }

  void store(std::uint16_t* to) const { storeFirst(to, lanes); }
  void storeFirst(std::uint16_t* to, int count) const {
    _mm512_mask_cvtepi32_storeu_epi16(to, first(count), _mm512_srli_epi32(roundedToUpperHalf(), 16));
  }

  /// To the nearest bfloat16, ties to even; what is not a number stays so.
  __m512i roundedToUpperHalf() const {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    return _mm512_mask_mov_epi32(rounded, _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q),
                                 _mm512_set1_epi32(0x7fc00000));
  }

  static __mmask16 first(int count) { return static_cast<__mmask16>((1U << count) - 1); }

  __m512 value;
};

inline Avx512 operator+(Avx512 a, Avx512 b) {
  return {_mm512_add_ps(a.value, b.value)};
}
inline Avx512 operator-(Avx512 a, Avx512 b) {
  return {_mm512_sub_ps(a.value, b.value)};
}
inline Avx512 operator*(Avx512 a, Avx512 b) {
  return {_mm512_mul_ps(a.value, b.value)};
}
inline Avx512 operator/(Avx512 a, Avx512 b) {
  return {_mm512_div_ps(a.value, b.value)};
}
inline Avx512 multiplyAdd(Avx512 a, Avx512 b, Avx512 c) {
  return {_mm512_fmadd_ps(a.value, b.value, c.value)};
}
// The second operand is returned where either is not a number.
inline Avx512 maximum(Avx512 a, Avx512 b) {
  return {_mm512_max_ps(a.value, b.value)};
}
inline Avx512 minimum(Avx512 a, Avx512 b) {
  return {_mm512_min_ps(a.value, b.value)};
}
inline Avx512 magnitude(Avx512 a) {
  return {_mm512_abs_ps(a.value)};
}
inline Avx512 rounded(Avx512 a) {
  return {_mm512_roundscale_ps(a.value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
/// a 2^power for whole powers.
inline Avx512 timesPowerOfTwo(Avx512 a, Avx512 power) {
  return {_mm512_scalef_ps(a.value, power.value)};
}
/// a where x has the sign of a negative number, otherwise b.
inline Avx512 whereNegative(Avx512 x, Avx512 a, Avx512 b) {
  return {_mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x.value)), b.value, a.value)};
}

}  // namespace
}  // namespace heirloom::models
