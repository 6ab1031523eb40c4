#pragma once

#include "models/kernels/window_attention/avx512_window.h"

namespace heirloom::models {
namespace {

/// One window, a head after the other. Eight queries at a time: their products with all keys go to a strip of scratch
/// that stays in the first-level cache, become probabilities there and are multiplied with the values at once, so the
/// whole matrix of a window never exists. `Format` is Float32 or BFloat16.
template <typename Format>
class WindowAttender : AttendedWindow<Format> {
  using Window = AttendedWindow<Format>;
  using typename Window::Value;
  using Window::rows_, Window::words_, Window::keyColumns_, Window::keyWords_, Window::channels_, Window::stride_,
      Window::strip_, Window::keys_, Window::values_;
  static constexpr int kTogether = kQueriesTogether;

 public:
  WindowAttender(const WindowRows<Value>& rows, float* scratch) : Window(rows, scratch, kTogether, 1) {}

  void run() {
    for (int head = 0; head < rows_.heads; ++head) {
      this->packKeys(head);
      this->packValues(head);
      for (int first = 0; first < rows_.queries; first += kTogether) {
        multiplyKeys(head, first);
        alignas(64) float divisors[16];
        this->turnIntoProbabilities(head, first, strip_, divisors);
        int vector = 0;
        for (; vector + 2 <= channels_ / 16; vector += 2) multiplyValues<2>(head, first, vector, divisors);
        if (vector < channels_ / 16) multiplyValues<1>(head, first, vector, divisors);
      }
    }
  }

 private:
  void multiplyKeys(int head, int first) {
    const Value* query[kTogether];
#pragma GCC unroll 8
    for (int i = 0; i < kTogether; ++i) query[i] = rows_.query[first + i] + head * rows_.headDim;
    for (int column = 0; column < keyColumns_; column += 32) {
      __m512 sums[kTogether][2];
#pragma GCC unroll 8
      for (int i = 0; i < kTogether; ++i) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
      const float* keys = keys_ + column;
      for (int word = 0; word < words_; ++word, keys += keyColumns_) {
        const __m512i left = _mm512_load_si512(keys);
        const __m512i right = _mm512_load_si512(keys + 16);
#pragma GCC unroll 8
        for (int i = 0; i < kTogether; ++i) {
          const __m512i channel = broadcastWord(query[i] + word * Format::kPerWord);
          sums[i][0] = Format::dot(sums[i][0], channel, left);
          sums[i][1] = Format::dot(sums[i][1], channel, right);
        }
      }
#pragma GCC unroll 8
      for (int i = 0; i < kTogether; ++i) {
        _mm512_store_ps(strip_ + i * stride_ + column, sums[i][0]);
        _mm512_store_ps(strip_ + i * stride_ + column + 16, sums[i][1]);
      }
    }
  }

  template <int kVectors>
  void multiplyValues(int head, int first, int vector, const float* divisors) {
    __m512 sums[kTogether][kVectors];
#pragma GCC unroll 8
    for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) sums[i][j] = _mm512_setzero_ps();
    }
    const float* values = values_ + vector * 16;
    const float* strip = strip_;
    for (int word = 0; word < keyWords_; ++word, values += channels_, ++strip) {
      __m512i columns[kVectors];
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) columns[j] = _mm512_load_si512(values + j * 16);
#pragma GCC unroll 8
      for (int i = 0; i < kTogether; ++i) {
        const __m512i probability = broadcastWord(strip + i * stride_);
#pragma GCC unroll 2
        for (int j = 0; j < kVectors; ++j) sums[i][j] = Format::dot(sums[i][j], probability, columns[j]);
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) {
        const int channel = (vector + j) * 16;
        Format::store(rows_.result[first + i] + head * rows_.headDim + channel, firstLanes(rows_.headDim - channel),
                      _mm512_mul_ps(sums[i][j], _mm512_set1_ps(divisors[reducedLane(i)])));
      }
    }
  }
};

}  // namespace
}  // namespace heirloom::models
