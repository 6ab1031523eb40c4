#pragma once

// Vocabulary of the kernels for AVX-512. To be included only by files that are compiled with these flags: everything
// here has internal linkage and calls nothing of the standard library, or the linker could give code for AVX-512 to
// processors without it.

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace heirloom::models {
namespace {

inline int roundUp(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// All of them from 16 on, none below 1.
inline __mmask16 firstLanes(int count) {
  if (count <= 0) return 0;
  return count >= 16 ? static_cast<__mmask16>(0xffff) : static_cast<__mmask16>((1U << count) - 1);
}

/// 2^x for x <= 0, relative error below 3e-7; 0 below 2^-100: the mask of shifted windows would give numbers below the
/// smallest normal one, each product of which costs some processors a hundred cycles. A minimax polynomial of degree 5.
inline __m512 exp2Negative(__m512 x) {
  const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 rest = _mm512_sub_ps(x, whole);
  __m512 y = _mm512_set1_ps(0.0013276472454890609F);
  y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.009675541892647743F));
  y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.05550713092088699F));
  y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.24022120237350464F));
  y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(0.6931469440460205F));
  y = _mm512_fmadd_ps(y, rest, _mm512_set1_ps(1.0000001192092896F));
  const __mmask16 counts = _mm512_cmp_ps_mask(whole, _mm512_set1_ps(-100), _CMP_NLT_UQ);  // and what is not a number
  return _mm512_maskz_scalef_ps(counts, y, whole);
}

/// Rows become columns: lane c of row r goes to lane r of row c.
inline void transpose(__m512i (&rows)[16]) {
  __m512i pairs[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    pairs[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i upperEven = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88);
    const __m512i upperOdd = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd);
    const __m512i lowerEven = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88);
    const __m512i lowerOdd = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd);
    pairs[i] = _mm512_shuffle_i32x4(upperEven, lowerEven, 0x88);
    pairs[4 + i] = _mm512_shuffle_i32x4(upperOdd, lowerOdd, 0x88);
    pairs[8 + i] = _mm512_shuffle_i32x4(upperEven, lowerEven, 0xdd);
    pairs[12 + i] = _mm512_shuffle_i32x4(upperOdd, lowerOdd, 0xdd);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) rows[i] = pairs[i];
}

/// Combines the lanes of each of eight vectors by `combine`; the result for vector i stands in lane reducedLane(i). A
/// third of the instructions of eight reductions, and none waits for the one before.
template <typename Combine>
inline __m512 reduceEight(const __m512 (&rows)[8], Combine combine) {
  __m512 halves[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    halves[i] = combine(_mm512_shuffle_f32x4(rows[2 * i], rows[2 * i + 1], 0x44),
                        _mm512_shuffle_f32x4(rows[2 * i], rows[2 * i + 1], 0xee));
  }
  const __m512 upper =
      combine(_mm512_shuffle_f32x4(halves[0], halves[1], 0x88), _mm512_shuffle_f32x4(halves[0], halves[1], 0xdd));
  const __m512 lower =
      combine(_mm512_shuffle_f32x4(halves[2], halves[3], 0x88), _mm512_shuffle_f32x4(halves[2], halves[3], 0xdd));
  const __m512 pairs = combine(_mm512_shuffle_ps(upper, lower, 0x44), _mm512_shuffle_ps(upper, lower, 0xee));
  return combine(pairs, _mm512_permute_ps(pairs, 0xb1));
}

constexpr int reducedLane(int row) {
  return row < 4 ? 4 * row : 4 * (row - 4) + 2;
}

/// The four bytes at `address` in every lane.
inline __m512i broadcastWord(const void* address) {
  int word;
  std::memcpy(&word, address, sizeof word);
  return _mm512_set1_epi32(word);
}

/// How a kernel computes in float32. A word is what one lane multiplies at a time: here one value.
struct Float32 {
  using Value = float;
  static constexpr int kPerWord = 1;

  static __m512 dot(__m512 sum, __m512i a, __m512i b) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sum);
  }
  static __m512 load(const float* from, __mmask16 lanes) { return _mm512_maskz_loadu_ps(lanes, from); }
  static void store(float* to, __mmask16 lanes, __m512 values) { _mm512_mask_storeu_ps(to, lanes, values); }
  static void store(float* to, __m512 values) { _mm512_storeu_ps(to, values); }
  /// Words whose first half (here: all) comes from `first`; `second` is for types with two values a word.
  static __m512i interleave(const float* first, const float*, __mmask16 lanes) {
    return _mm512_maskz_loadu_epi32(lanes, first);
  }
};

#ifdef __AVX512BF16__
/// The same in bfloat16 with float32 sums: a word is two neighbours.
struct BFloat16 {
  using Value = std::uint16_t;
  static constexpr int kPerWord = 2;

  static __m512 dot(__m512 sum, __m512i a, __m512i b) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  static __m512 load(const Value* from, __mmask16 lanes) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, from)), 16));
  }
  static void store(Value* to, __mmask16 lanes, __m512 values) {
    _mm256_mask_storeu_epi16(to, lanes, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values)));
  }
  static void store(Value* to, __m512 values) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values)));
  }
  /// Word i holds value i of `first` and value i of `second`; null: zeros.
  static __m512i interleave(const Value* first, const Value* second, __mmask16 lanes) {
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, first));
    if (!second) return low;
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, second));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
};
#endif

}  // namespace
}  // namespace heirloom::models
