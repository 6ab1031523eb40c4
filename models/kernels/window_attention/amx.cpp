#include "models/kernels/amx.h"

#include "models/kernels/window_attention/avx512_window.h"

namespace heirloom::models {
namespace {

using amx::kTileColumns;
using amx::kTileDepth;
using amx::kTileRows;

constexpr int kStrips = kTileQueriesTogether;
static_assert(kStrips == 2 * kTileRows && kTileRows % kQueriesTogether == 0);

/// One window, a head after the other, 32 queries at a time: both products on matrix tiles, to which keys and values
/// lie as they do for vectors (a tile's row is 16 words), the softmax between them on vectors.
class TileAttender : AttendedWindow<BFloat16> {
 public:
  TileAttender(const WindowRows<std::uint16_t>& rows, float* scratch)
      : AttendedWindow(rows, scratch, kStrips, kTileDepth / 2),
        depth_(2 * words_),
        queries_(reinterpret_cast<std::uint16_t*>(values_ + keyWords_ * channels_)) {}

  void run() {
    const amx::Tiles tiles;
    for (int head = 0; head < rows_.heads; ++head) {
      packKeys(head);
      packValues(head);
      for (int first = 0; first < rows_.queries; first += kStrips) {
        if (rows_.queries - first > kTileRows)
          attend<true>(head, first);
        else
          attend<false>(head, first);
      }
    }
  }

 private:
  /// 32 queries, or 16.
  template <bool twoRows>
  void attend(int head, int first) {
    constexpr int kRows = twoRows ? 2 * kTileRows : kTileRows;
    for (int i = 0; i < kRows; ++i) gather(head, first, i);
    amx::memoryIsWritten();
    for (int column = 0; column < keyColumns_; column += 2 * kTileColumns) multiplyKeys<twoRows>(column);
    alignas(64) float divisors[kStrips / kQueriesTogether][16];
    const int count = rows_.queries - first < kRows ? rows_.queries - first : kRows;
    for (int i = 0; i < count; i += kQueriesTogether)
      turnIntoProbabilities(head, first + i, strip_ + i * stride_, divisors[i / kQueriesTogether]);
    amx::memoryIsWritten();
    int channel = 0;
    for (; channel + 2 * kTileColumns <= channels_; channel += 2 * kTileColumns)
      multiplyValues<twoRows, true>(head, first, count, channel, divisors);
    if (channel < channels_) multiplyValues<twoRows, false>(head, first, count, channel, divisors);
  }

  /// Query `first` + `i`, or the last one, beside the others, zeros behind its channels.
  void gather(int head, int first, int i) {
    const int query = first + i < rows_.queries ? first + i : rows_.queries - 1;
    const std::uint16_t* from = rows_.query[query] + head * rows_.headDim;
    for (int channel = 0; channel < depth_; channel += kTileDepth) {
      const __mmask16 words = firstLanes((rows_.headDim - channel) / 2);
      _mm512_store_si512(queries_ + i * depth_ + channel, _mm512_maskz_loadu_epi32(words, from + channel));
    }
  }

  /// Products of the queries with 32 keys, to the strips.
  template <bool twoRows>
  void multiplyKeys(int column) {
    using Sums = amx::Sums<twoRows, true>;
    const std::int64_t rowBytes = depth_ * std::int64_t{sizeof(std::uint16_t)};
    const std::int64_t wordBytes = keyColumns_ * std::int64_t{sizeof(float)};
    Sums::clear();
    for (int channel = 0; channel < depth_; channel += kTileDepth) {
      const float* words = keys_ + channel / 2 * keyColumns_ + column;
      Sums::add({queries_ + channel, rowBytes}, {queries_ + kTileRows * depth_ + channel, rowBytes}, {words, wordBytes},
                {words + kTileColumns, wordBytes});
    }
    Sums::store(strip_ + column, stride_);
  }

  /// Results of `count` queries, 32 channels of the head (or 16).
  template <bool twoRows, bool twoColumns>
  void multiplyValues(int head, int first, int count, int channel, const float (*divisors)[16]) {
    using Sums = amx::Sums<twoRows, twoColumns>;
    constexpr int kVectors = twoColumns ? 2 : 1;
    constexpr int kWidth = kVectors * kTileColumns;
    alignas(64) float sums[2 * kTileRows * kWidth];
    const std::int64_t rowBytes = stride_ * std::int64_t{sizeof(float)};
    const std::int64_t wordBytes = channels_ * std::int64_t{sizeof(float)};
    Sums::clear();
    for (int word = 0; word < keyWords_; word += kTileDepth / 2) {
      const float* words = values_ + word * channels_ + channel;
      Sums::add({strip_ + word, rowBytes}, {strip_ + kTileRows * stride_ + word, rowBytes}, {words, wordBytes},
                {words + kTileColumns, wordBytes});
    }
    Sums::store(sums, kWidth);
    for (int i = 0; i < count; ++i) {
      const __m512 divisor = _mm512_set1_ps(divisors[i / kQueriesTogether][reducedLane(i % kQueriesTogether)]);
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) {
        const int to = channel + j * kTileColumns;
        BFloat16::store(rows_.result[first + i] + head * rows_.headDim + to, firstLanes(rows_.headDim - to),
                        _mm512_mul_ps(_mm512_load_ps(sums + i * kWidth + j * kTileColumns), divisor));
      }
    }
  }

  int depth_;               // channels of a head, padded
  std::uint16_t* queries_;  // kStrips, depth_
};

}  // namespace

void attendWindowAmx(const WindowRows<std::uint16_t>& rows, float* scratch) {
  TileAttender(rows, scratch).run();
}

}  // namespace heirloom::models
