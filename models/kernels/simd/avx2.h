#pragma once

#include <immintrin.h>

#include <cstdint>

namespace heirloom::models {
namespace {

/// Eight floats. For sources compiled with AVX2 and FMA only, hence of internal linkage.
struct Avx2 {
  static constexpr int lanes = 8;
  static constexpr int rows = 6;  // 12 sums, 2 weights, 1 value of 16 registers

  static Avx2 all(float value) { return {_mm256_set1_ps(value)}; }
  static Avx2 load(const float* from) { return {_mm256_loadu_ps(from)}; }
  static Avx2 load(const std::uint16_t* from) {  // bfloat16
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))};
  }
  static Avx2 loadFirst(const float* from, int count) { return {_mm256_maskload_ps(from, first(count))}; }
  static Avx2 loadFirst(const std::uint16_t* from, int count) {
    std::uint16_t values[lanes] = {};
    __builtin_memcpy(values, from, count * sizeof *from);
    return load(values);
  }
  void store(float* to) const { _mm256_storeu_ps(to, value); }
  void storeFirst(float* to, int count) const { _mm256_maskstore_ps(to, first(count), value); }

  void store(std::uint16_t* to) const {
    const __m256i halves = _mm256_srli_epi32(roundedToUpperHalf(), 16);
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(halves, halves), 0b1000);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(packed));
  }
  void storeFirst(std::uint16_t* to, int count) const {
    std::uint16_t values[lanes];
    store(values);
    __builtin_memcpy(to, values, count * sizeof *to);
  }

  /// To the nearest bfloat16, ties to even; what is not a number stays so.
  __m256i roundedToUpperHalf() const {
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256 unordered = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    return _mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7fc00000), _mm256_castps_si256(unordered));
  }

  static __m256i first(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  __m256 value;
};

inline Avx2 operator+(Avx2 a, Avx2 b) {
  return {_mm256_add_ps(a.value, b.value)};
}
inline Avx2 operator-(Avx2 a, Avx2 b) {
  return {_mm256_sub_ps(a.value, b.value)};
}
inline Avx2 operator*(Avx2 a, Avx2 b) {
  return {_mm256_mul_ps(a.value, b.value)};
}
inline Avx2 operator/(Avx2 a, Avx2 b) {
  return {_mm256_div_ps(a.value, b.value)};
}
inline Avx2 multiplyAdd(Avx2 a, Avx2 b, Avx2 c) {
  return {_mm256_fmadd_ps(a.value, b.value, c.value)};
}
// The second operand is returned where either is not a number.
inline Avx2 maximum(Avx2 a, Avx2 b) {
  return {_mm256_max_ps(a.value, b.value)};
}
inline Avx2 minimum(Avx2 a, Avx2 b) {
  return {_mm256_min_ps(a.value, b.value)};
}
inline Avx2 magnitude(Avx2 a) {
  return {_mm256_andnot_ps(_mm256_set1_ps(-0.0F), a.value)};
}
inline Avx2 rounded(Avx2 a) {
  return {_mm256_round_ps(a.value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
/// a 2^power for whole powers up to 127; those below the smallest exponent count as it.
inline Avx2 timesPowerOfTwo(Avx2 a, Avx2 power) {
  const __m256i exponent = _mm256_cvtps_epi32(_mm256_max_ps(power.value, _mm256_set1_ps(-126)));
  return {_mm256_mul_ps(
      a.value, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(exponent, _mm256_set1_epi32(127)), 23)))};
}
inline Avx2 squareRoot(Avx2 a) {
  return {_mm256_sqrt_ps(a.value)};
}
/// Rows become columns: lane c of row r goes to lane r of row c.
inline void transpose(Avx2 (&rows)[8]) {
  __m256 pairs[8], fours[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i].value, rows[i + 1].value);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i].value, rows[i + 1].value);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    rows[i].value = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x20);
    rows[4 + i].value = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x31);
  }
}
/// a where x has the sign of a negative number, otherwise b.
inline Avx2 whereNegative(Avx2 x, Avx2 a, Avx2 b) {
  return {_mm256_blendv_ps(b.value, a.value, x.value)};
}

}  // namespace
}  // namespace heirloom::models
