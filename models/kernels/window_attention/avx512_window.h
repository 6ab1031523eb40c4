#pragma once

#include "models/kernels/avx512.h"
#include "models/kernels/window_attention/rows.h"

namespace heirloom::models {
namespace {

/// What the attenders of one window have in common: keys and values of a head in words, and the softmax of some
/// queries, whose products with all keys lie in a strip of scratch. `Format` is Float32 or BFloat16.
template <typename Format>
class AttendedWindow {
 protected:
  using Value = typename Format::Value;
  static constexpr float kLog2E = 1.4426950408889634F;
  static constexpr float kFarBelow = -1e30F;  // for lanes beyond the last key: 2^this is 0

  /// A strip of `strips` queries. Words of a head and of keys are padded to whole `wordsTogether` by zeros, so that
  /// products may read as many at a time.
  AttendedWindow(const WindowRows<Value>& rows, float* scratch, int strips, int wordsTogether)
      : rows_(rows),
        words_(roundUp(rows.headDim / Format::kPerWord, wordsTogether)),
        keyColumns_(roundUp(rows.keys, 32)),
        keyWords_(roundUp((rows.keys + Format::kPerWord - 1) / Format::kPerWord, wordsTogether)),
        keyVectors_((keyWords_ * Format::kPerWord + 15) / 16),
        channels_(roundUp(rows.headDim, 16)),
        stride_(keyColumns_ + 16),
        strip_(scratch),
        keyScales_(strip_ + strips * stride_),
        keys_(keyScales_ + keyColumns_),
        values_(keys_ + words_ * keyColumns_) {}

  /// Keys of a head as columns: word w of key k lies at keys_[w * keyColumns_ + k], zeros beyond the last key.
  void packKeys(int head) {
    for (int key = 0; key < keyColumns_; key += 16) {
      __m512 lengths = _mm512_setzero_ps();
      for (int word = 0; word < words_; word += 16) {
        const __mmask16 lanes = firstLanes(rows_.headDim / Format::kPerWord - word);
        __m512i block[16];
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
          block[i] =
              key + i < rows_.keys
                  ? _mm512_maskz_loadu_epi32(lanes, rows_.key[key + i] + head * rows_.headDim + word * Format::kPerWord)
                  : _mm512_setzero_si512();
        }
        transpose(block);
        const int count = words_ - word < 16 ? words_ - word : 16;
        for (int i = 0; i < count; ++i) {
          _mm512_store_si512(keys_ + (word + i) * keyColumns_ + key, block[i]);
          if (rows_.cosine) lengths = Format::dot(lengths, block[i], block[i]);
        }
      }
      if (rows_.cosine) _mm512_store_ps(keyScales_ + key, inverseLength(lengths));
    }
  }

  /// Values of a head as rows of words padded to whole vectors; a word holds the same channel of one or two keys.
  void packValues(int head) {
    for (int word = 0; word < keyWords_; ++word) {
      const int key = word * Format::kPerWord;
      const Value* first = valuesOf(key, head);
      const Value* second = Format::kPerWord == 2 ? valuesOf(key + 1, head) : nullptr;
      for (int channel = 0; channel < channels_; channel += 16) {
        const __mmask16 lanes = first ? firstLanes(rows_.headDim - channel) : static_cast<__mmask16>(0);
        _mm512_store_si512(
            values_ + word * channels_ + channel,
            Format::interleave(first + (first ? channel : 0), second ? second + channel : nullptr, lanes));
      }
    }
  }

  /// Null beyond the last key.
  const Value* valuesOf(int key, int head) const {
    return key < rows_.keys ? rows_.value[key] + head * rows_.headDim : nullptr;
  }

  /// softmax(scale * product + bias + mask) of kQueriesTogether queries from `first` on, whose products begin at
  /// `strips`: in place, in the precision of the values, without the division. What remains to be multiplied lies in
  /// `divisors` at reducedLane(query). Everything is in units of log 2, so that no multiplication is needed before the
  /// power of two.
  void turnIntoProbabilities(int head, int first, float* strips, float* divisors) {
    const bool simple = rows_.keys == keyVectors_ * 16 && !rows_.cosine && !rows_.queryRegion;
    if (keyVectors_ == 4 && simple)
      turnIntoProbabilities<4, true>(head, first, strips, divisors);
    else if (simple)
      turnIntoProbabilities<0, true>(head, first, strips, divisors);
    else
      turnIntoProbabilities<0, false>(head, first, strips, divisors);
  }

 private:
  /// `kVectors`: vectors a row, 0: any number; `kSimple`: whole vectors, no mask, no lengths.
  template <int kVectors, bool kSimple>
  void turnIntoProbabilities(int head, int first, float* strips, float* divisors) {
    const int vectors = kVectors ? kVectors : keyVectors_;
    __m512 largest[kQueriesTogether];
#pragma GCC unroll 8
    for (int i = 0; i < kQueriesTogether; ++i) {
      const int query = first + i < rows_.queries ? first + i : rows_.queries - 1;
      float* strip = strips + i * stride_;
      const float* bias = rows_.bias + (static_cast<std::int64_t>(head) * rows_.queries + query) * rows_.keys;
      float factor = rows_.scales[head] * kLog2E;
      if (!kSimple && rows_.cosine) factor *= queryScale(head, query);
      const __m512 scale = _mm512_set1_ps(factor);
      largest[i] = _mm512_set1_ps(kFarBelow);
#pragma GCC unroll 4
      for (int vector = 0; vector < vectors; ++vector) {
        __m512 logit = _mm512_mul_ps(_mm512_load_ps(strip + vector * 16), scale);
        if constexpr (kSimple)
          logit = _mm512_fmadd_ps(_mm512_loadu_ps(bias + vector * 16), _mm512_set1_ps(kLog2E), logit);
        else
          logit = masked(logit, bias, query, vector * 16);
        largest[i] = _mm512_max_ps(largest[i], logit);
        _mm512_store_ps(strip + vector * 16, logit);
      }
    }
    alignas(64) float maxima[16];
    _mm512_store_ps(maxima, reduceEight(largest, [](__m512 a, __m512 b) { return _mm512_max_ps(a, b); }));
    __m512 sums[kQueriesTogether];
#pragma GCC unroll 8
    for (int i = 0; i < kQueriesTogether; ++i) {
      float* strip = strips + i * stride_;
      const __m512 maximum = _mm512_set1_ps(maxima[reducedLane(i)]);
      sums[i] = _mm512_setzero_ps();
#pragma GCC unroll 4
      for (int vector = 0; vector < vectors; ++vector) {
        const __m512 power = exp2Negative(_mm512_sub_ps(_mm512_load_ps(strip + vector * 16), maximum));
        sums[i] = _mm512_add_ps(sums[i], power);
        Format::store(reinterpret_cast<Value*>(strip) + vector * 16, power);
      }
    }
    const __m512 total = reduceEight(sums, [](__m512 a, __m512 b) { return _mm512_add_ps(a, b); });
    _mm512_store_ps(divisors, _mm512_div_ps(_mm512_set1_ps(1), total));
  }

  /// Bias, mask, lengths of keys and the end of the row for 16 keys from `key` on.
  __m512 masked(__m512 logit, const float* bias, int query, int key) const {
    const __mmask16 lanes = firstLanes(rows_.keys - key);
    if (rows_.cosine) logit = _mm512_mul_ps(logit, _mm512_load_ps(keyScales_ + key));
    logit = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(lanes, bias + key), _mm512_set1_ps(kLog2E), logit);
    if (rows_.queryRegion) {
      const __mmask16 foreign = _mm512_mask_cmpneq_epi32_mask(
          lanes, _mm512_maskz_loadu_epi32(lanes, rows_.keyRegion + key), _mm512_set1_epi32(rows_.queryRegion[query]));
      logit = _mm512_mask_sub_ps(logit, foreign, logit, _mm512_set1_ps(100 * kLog2E));
    }
    return _mm512_mask_mov_ps(_mm512_set1_ps(kFarBelow), lanes, logit);
  }

  /// 1 / max(length, 1e-12), as torch's normalize.
  static __m512 inverseLength(__m512 squares) {
    return _mm512_div_ps(_mm512_set1_ps(1), _mm512_max_ps(_mm512_sqrt_ps(squares), _mm512_set1_ps(1e-12F)));
  }

  float queryScale(int head, int query) const {
    __m512 squares = _mm512_setzero_ps();
    for (int word = 0; word < words_; word += 16) {
      const __m512i part =
          _mm512_maskz_loadu_epi32(firstLanes(rows_.headDim / Format::kPerWord - word),
                                   rows_.query[query] + head * rows_.headDim + word * Format::kPerWord);
      squares = Format::dot(squares, part, part);
    }
    return _mm512_cvtss_f32(inverseLength(_mm512_set1_ps(_mm512_reduce_add_ps(squares))));
  }

 protected:
  const WindowRows<Value>& rows_;
  int words_;         // of a head's channels, padded
  int keyColumns_;    // keys, padded
  int keyWords_;      // keys in words, padded
  int keyVectors_;    // of a strip, as many as keyWords_ need
  int channels_;      // of a head, padded
  int stride_;        // of the strip; not a multiple of a page, or its rows would fight for the same cache lines
  float* strip_;      // a row a query, stride_
  float* keyScales_;  // keyColumns_, cosine only
  float* keys_;       // words_, keyColumns_
  float* values_;     // keyWords_, channels_
};

}  // namespace
}  // namespace heirloom::models
