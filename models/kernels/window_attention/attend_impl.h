#pragma once

#include "models/kernels/simd/exponential.h"
#include "models/kernels/window_attention/rows.h"

namespace heirloom::models {
namespace {

/// One window in float32, a head after the other. Four queries at a time: their products with all keys go to a strip of
/// scratch that stays in the first-level cache, become probabilities there and are multiplied with the values at once,
/// so the whole matrix of a window never exists. `V` is a vector of simd/.
template <class V>
class WindowAttender {
  static constexpr int kTogether = 4;         // with three vectors: 12 sums, 3 columns, 1 value of 16 registers
  static constexpr float kFarBelow = -1e30F;  // for lanes beyond the last key: 2^this is 0

 public:
  WindowAttender(const WindowRows<float>& rows, float* scratch)
      : rows_(rows),
        keyColumns_((rows.keys + V::lanes - 1) / V::lanes * V::lanes),
        channels_((rows.headDim + V::lanes - 1) / V::lanes * V::lanes),
        stride_(keyColumns_ + 16),
        strip_(scratch),
        keyScales_(strip_ + kTogether * stride_),
        keys_(keyScales_ + keyColumns_),
        values_(keys_ + rows.headDim * keyColumns_) {}

  void run() {
    for (int head = 0; head < rows_.heads; ++head) {
      packKeys(head);
      packValues(head);
      for (int first = 0; first < rows_.queries; first += kTogether) {
        int column = 0;
        for (; column + 3 * V::lanes <= keyColumns_; column += 3 * V::lanes) multiplyKeys<3>(head, first, column);
        if (column + 2 * V::lanes <= keyColumns_)
          multiplyKeys<2>(head, first, column);
        else if (column < keyColumns_)
          multiplyKeys<1>(head, first, column);
        float divisors[kTogether];
        for (int i = 0; i < kTogether; ++i) divisors[i] = turnIntoProbabilities(head, first + i, strip_ + i * stride_);
        int channel = 0;
        for (; channel + 2 * V::lanes <= channels_; channel += 2 * V::lanes)
          multiplyValues<2>(head, first, channel, divisors);
        if (channel < channels_) multiplyValues<1>(head, first, channel, divisors);
      }
    }
  }

 private:
  /// Keys of a head as columns: channel c of key k lies at keys_[c * keyColumns_ + k], zeros beyond the last key.
  void packKeys(int head) {
    for (int key = 0; key < keyColumns_; key += V::lanes) {
      V squares = V::all(0);
      for (int channel = 0; channel < rows_.headDim; channel += V::lanes) {
        const int count = rows_.headDim - channel < V::lanes ? rows_.headDim - channel : V::lanes;
        V block[V::lanes];
        for (int i = 0; i < V::lanes; ++i) {
          block[i] = key + i < rows_.keys ? V::loadFirst(rows_.key[key + i] + head * rows_.headDim + channel, count)
                                          : V::all(0);
        }
        transpose(block);
        for (int i = 0; i < count; ++i) {
          block[i].store(keys_ + (channel + i) * keyColumns_ + key);
          squares = multiplyAdd(block[i], block[i], squares);
        }
      }
      if (rows_.cosine) inverseLength(squares).store(keyScales_ + key);
    }
  }

  /// Values of a head as rows padded to whole vectors.
  void packValues(int head) {
    for (int key = 0; key < rows_.keys; ++key) {
      for (int channel = 0; channel < channels_; channel += V::lanes) {
        V::loadFirst(rows_.value[key] + head * rows_.headDim + channel, rows_.headDim - channel)
            .store(values_ + key * channels_ + channel);
      }
    }
  }

  template <int kVectors>
  void multiplyKeys(int head, int first, int column) {
    const float* query[kTogether];
    V sums[kTogether][kVectors];
#pragma GCC unroll 4
    for (int i = 0; i < kTogether; ++i) {
      query[i] = rows_.query[first + i] + head * rows_.headDim;
#pragma GCC unroll 3
      for (int j = 0; j < kVectors; ++j) sums[i][j] = V::all(0);
    }
    const float* keys = keys_ + column;
    for (int channel = 0; channel < rows_.headDim; ++channel, keys += keyColumns_) {
      V columns[kVectors];
#pragma GCC unroll 3
      for (int j = 0; j < kVectors; ++j) columns[j] = V::load(keys + j * V::lanes);
#pragma GCC unroll 4
      for (int i = 0; i < kTogether; ++i) {
        const V value = V::all(query[i][channel]);
#pragma GCC unroll 3
        for (int j = 0; j < kVectors; ++j) sums[i][j] = multiplyAdd(value, columns[j], sums[i][j]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 3
      for (int j = 0; j < kVectors; ++j) sums[i][j].store(strip_ + i * stride_ + column + j * V::lanes);
    }
  }

  /// softmax(scale * product + bias + mask) of a query in place, without the division: returns what remains to be
  /// multiplied. Everything is in units of log 2, so that no multiplication is needed before the power of two.
  float turnIntoProbabilities(int head, int query, float* strip) const {
    if (query >= rows_.queries) query = rows_.queries - 1;  // the padding repeats the last
    const float* bias = rows_.bias + (static_cast<std::int64_t>(head) * rows_.queries + query) * rows_.keys;
    float factor = rows_.scales[head] * kLog2E;
    if (rows_.cosine) factor *= queryScale(head, query);
    V largest = V::all(kFarBelow);
    for (int key = 0; key < keyColumns_; key += V::lanes) {
      V logit = V::load(strip + key) * V::all(factor);
      if (rows_.cosine) logit = logit * V::load(keyScales_ + key);
      const V added = key + V::lanes <= rows_.keys ? V::load(bias + key) : V::loadFirst(bias + key, rows_.keys - key);
      logit = multiplyAdd(added, V::all(kLog2E), logit);
      logit.store(strip + key);
      largest = maximum(largest, logit);
    }
    if (rows_.queryRegion || rows_.keys < keyColumns_) largest = masked(query, strip);
    const V most = V::all(reduce(largest, [](float a, float b) { return a < b ? b : a; }));
    V sum = V::all(0);
    for (int key = 0; key < keyColumns_; key += V::lanes) {
      const V power = exp2Negative(V::load(strip + key) - most);
      power.store(strip + key);
      sum = sum + power;
    }
    return 1 / reduce(sum, [](float a, float b) { return a + b; });
  }

  /// Takes away tokens of other regions and lanes beyond the last key; the largest of what is left.
  V masked(int query, float* strip) const {
    for (int key = 0; rows_.queryRegion && key < rows_.keys; ++key)
      strip[key] -= rows_.keyRegion[key] == rows_.queryRegion[query] ? 0 : 100 * kLog2E;
    for (int key = rows_.keys; key < keyColumns_; ++key) strip[key] = kFarBelow;
    V largest = V::all(kFarBelow);
    for (int key = 0; key < keyColumns_; key += V::lanes) largest = maximum(largest, V::load(strip + key));
    return largest;
  }

  template <int kVectors>
  void multiplyValues(int head, int first, int channel, const float* divisors) {
    V sums[kTogether][kVectors];
#pragma GCC unroll 4
    for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) sums[i][j] = V::all(0);
    }
    const float* values = values_ + channel;
    for (int key = 0; key < rows_.keys; ++key, values += channels_) {
      V columns[kVectors];
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) columns[j] = V::load(values + j * V::lanes);
#pragma GCC unroll 4
      for (int i = 0; i < kTogether; ++i) {
        const V probability = V::all(strip_[i * stride_ + key]);
#pragma GCC unroll 2
        for (int j = 0; j < kVectors; ++j) sums[i][j] = multiplyAdd(probability, columns[j], sums[i][j]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) {
        const int from = channel + j * V::lanes;
        const V result = sums[i][j] * V::all(divisors[i]);
        float* const to = rows_.result[first + i] + head * rows_.headDim + from;
        if (from + V::lanes <= rows_.headDim)
          result.store(to);
        else
          result.storeFirst(to, rows_.headDim - from);
      }
    }
  }

  /// 1 / max(length, 1e-12), as torch's normalize.
  static V inverseLength(V squares) {
    return V::all(1) / maximum(squareRoot(squares), V::all(1e-12F));
  }

  float queryScale(int head, int query) const {
    const float* values = rows_.query[query] + head * rows_.headDim;
    V squares = V::all(0);
    for (int channel = 0; channel < rows_.headDim; channel += V::lanes) {
      const V part = V::loadFirst(values + channel, rows_.headDim - channel);
      squares = multiplyAdd(part, part, squares);
    }
    float result[V::lanes];
    inverseLength(V::all(reduce(squares, [](float a, float b) { return a + b; }))).store(result);
    return result[0];
  }

  template <typename Combine>
  static float reduce(V vector, Combine combine) {
    float lanes[V::lanes];
    vector.store(lanes);
    float result = lanes[0];
    for (int i = 1; i < V::lanes; ++i) result = combine(result, lanes[i]);
    return result;
  }

  const WindowRows<float>& rows_;
  int keyColumns_;    // keys, padded
  int channels_;      // of a head, padded
  int stride_;        // of the strip; not a multiple of a page, or its rows would fight for the same cache lines
  float* strip_;      // kTogether, stride_
  float* keyScales_;  // keyColumns_, cosine only
  float* keys_;       // headDim, keyColumns_
  float* values_;     // keys, channels_
};

}  // namespace
}  // namespace heirloom::models
