#include "models/kernels/amx.h"

#include "models/kernels/packed_linear/avx512_linear.h"

namespace heirloom::models {
namespace {

using amx::kTileColumns;
using amx::kTileDepth;
using amx::kTileRows;

static_assert(kLinearRows % (2 * kTileRows) == 0);  // tiles of rows end with the scratch
static_assert((kTileDepth / 2 - 1) * kPanelWidthTiles <= kPanelPadding);
static_assert(kPanelWidthTiles == 2 * kTileColumns);

/// How many products before it is multiplied a tile of rows is asked for: it comes from the second-level cache, too
/// late by itself.
constexpr int kAhead = 2;

/// The rows in tiles, all of them times a panel of output channels at a time. Panels are read as they are: a tile's row
/// is 16 words of a panel's.
class TileMultiplier {
 public:
  TileMultiplier(const LinearRows<std::uint16_t>& rows, float* scratch)
      : rows_(rows),
        depth_(roundUp(rows.inputs, kTileDepth)),
        inputs_(reinterpret_cast<std::uint16_t*>(scratch)),
        normalised_(inputs_ + static_cast<std::int64_t>(roundUp(rows.rows, 2 * kTileRows)) * depth_) {
    for (int row = 0; row < rows.rows; ++row) gather(row);
  }

  void run() const {
    const amx::Tiles tiles;
    const auto* panel = static_cast<const std::uint32_t*>(rows_.weights);
    for (int output = 0; output < rows_.outputs; output += kPanelWidthTiles) {
      (rows_.outputs - output > kTileColumns ? multiplyPanel<true> : multiplyPanel<false>)(*this, panel, output);
      panel += static_cast<std::int64_t>(rows_.inputs / 2) * kPanelWidthTiles;
    }
  }

 private:
  /// The row into its tiles, zeros behind its inputs: what panels hold there is multiplied with them.
  void gather(int row) {
    const std::uint16_t* x = rows_.x[row];
    if (rows_.normalise) {
      normaliseRow<BFloat16>(x, rows_.inputs, rows_.epsilon, normalised_);
      x = normalised_;
    }
    std::uint16_t* to = tilesOf(row) + row % kTileRows * kTileDepth;
    for (int i = 0; i < rows_.inputs; i += kTileDepth, to += kTile) {
      const int left = rows_.inputs - i;
      const __mmask32 lanes = left >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((std::uint64_t{1} << left) - 1);
      _mm512_storeu_si512(to, _mm512_maskz_loadu_epi16(lanes, x + i));
    }
  }

  /// The tiles of 16 rows, one of `row` among them: each in one piece, as memory is read fastest.
  std::uint16_t* tilesOf(int row) const {
    return inputs_ + static_cast<std::int64_t>(row / kTileRows) * kTileRows * depth_;
  }

  template <bool twoColumns>
  static void multiplyPanel(const TileMultiplier& self, const std::uint32_t* panel, int output) {
    const int rows = self.rows_.rows;
    for (int row = 0; row < rows; row += 2 * kTileRows)
      (rows - row > kTileRows ? multiply<true, twoColumns> : multiply<false, twoColumns>)(self, row, panel, output);
  }

  /// 32 rows (or 16) from `row` on times the panel.
  template <bool twoRows, bool twoColumns>
  static void multiply(const TileMultiplier& self, int row, const std::uint32_t* panel, int output) {
    using Sums = amx::Sums<twoRows, twoColumns>;
    constexpr int kWidth = (twoColumns ? 2 : 1) * kTileColumns;
    constexpr std::int64_t kRowBytes = kTileDepth * sizeof(std::uint16_t), kWordBytes = kWidth * sizeof(float);
    constexpr std::int64_t kStepBytes = kTileDepth / 2 * kWordBytes;
    const LinearRows<std::uint16_t>& rows = self.rows_;
    const std::uint16_t *one = self.tilesOf(row), *other = self.tilesOf(row + kTileRows);
    const char* words = reinterpret_cast<const char*>(panel);
    // The next panel comes from further away: a part of it beside each 32 rows.
    const int parts = (rows.rows + 2 * kTileRows - 1) / (2 * kTileRows);
    const std::int64_t share = (kStepBytes / parts + kLine - 1) / kLine * kLine;
    const char* next = words + self.depth_ / 2 * kWordBytes + row / (2 * kTileRows) * share;
    alignas(64) float sums[2 * kTileRows * kWidth];
    Sums::clear();
    for (int input = 0; input < self.depth_; input += kTileDepth) {
      fetch<_MM_HINT_T0>(one + kAhead * kTile, kTile * sizeof(std::uint16_t));
      if constexpr (twoRows) fetch<_MM_HINT_T0>(other + kAhead * kTile, kTile * sizeof(std::uint16_t));
      fetch<_MM_HINT_T1>(next, share);
      Sums::add({one, kRowBytes}, {other, kRowBytes}, {words, kWordBytes}, {words + kLine, kWordBytes});
      one += kTile;
      other += kTile;
      words += kStepBytes;
      next += kStepBytes;
    }
    Sums::store(sums, kWidth);
    const int count = rows.rows - row < 2 * kTileRows ? rows.rows - row : 2 * kTileRows;
    for (int i = 0; i < count; ++i) {
      __m512 values[kWidth / 16];
#pragma GCC unroll 2
      for (int j = 0; j < kWidth / 16; ++j)
        values[j] =
            _mm512_add_ps(_mm512_load_ps(sums + i * kWidth + j * 16), _mm512_load_ps(rows.bias + output + j * 16));
      finishRow<BFloat16, kWidth / 16>(rows, row + i, output, values);
    }
  }

  template <_mm_hint hint>
  static void fetch(const void* from, std::int64_t bytes) {
    for (std::int64_t line = 0; line < bytes; line += kLine) _mm_prefetch(static_cast<const char*>(from) + line, hint);
  }

  static constexpr std::int64_t kLine = 64;  // bytes
  const LinearRows<std::uint16_t>& rows_;
  static constexpr int kTile = kTileRows * kTileDepth;  // values

  int depth_;                  // inputs, padded
  std::uint16_t* inputs_;      // rows in sixteens, depth_ in 32s, 16, 32
  std::uint16_t* normalised_;  // a row
};

}  // namespace

void linearAmx(const LinearRows<std::uint16_t>& rows, float* scratch) {
  TileMultiplier(rows, scratch).run();
}

}  // namespace heirloom::models
