#include "models/kernels/amx.h"

#include "models/kernels/packed_linear/avx512_linear.h"

namespace heirloom::models {
namespace {

using amx::kTileColumns;
using amx::kTileDepth;
using amx::kTileRows;

static_assert(kLinearRows % (2 * kTileRows) == 0);  // tiles of rows end with the scratch
static_assert((kTileDepth / 2 - 1) * kPanelWidth <= kPanelPadding);

/// The rows in tiles, all of them times 32 output channels at a time. Panels are read as they are: a tile's row is 16
/// words of a panel's.
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
    for (int output = 0; output < rows_.outputs; output += kPanelWidth) {
      const int vectors = rows_.outputs - output < kPanelWidth ? (rows_.outputs - output + 15) / 16 : kPanelWidth / 16;
      for (int vector = 0; vector < vectors; vector += 2) {
        const std::uint32_t* columns = panel + vector * 16;
        for (int row = 0; row < rows_.rows; row += 2 * kTileRows) {
          const bool twoRows = rows_.rows - row > kTileRows;
          const bool twoColumns = vector + 1 < vectors;
          const auto product = twoColumns ? (twoRows ? multiply<true, true> : multiply<false, true>)
                                          : (twoRows ? multiply<true, false> : multiply<false, false>);
          product(*this, row, columns, vectors * 64, output + vector * 16);
        }
      }
      panel += static_cast<std::int64_t>(rows_.inputs / 2) * kPanelWidth;
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

  /// 32 rows (or 16) from `row` on, 32 output channels (or 16); `stride`: bytes from a word of the panel to the next.
  template <bool twoRows, bool twoColumns>
  static void multiply(const TileMultiplier& self, int row, const std::uint32_t* columns, std::int64_t stride,
                       int output) {
    using Sums = amx::Sums<twoRows, twoColumns>;
    constexpr int kVectors = twoColumns ? 2 : 1;
    constexpr int kWidth = kVectors * kTileColumns;
    alignas(64) float sums[2 * kTileRows * kWidth];
    constexpr std::int64_t kRowBytes = kTileDepth * sizeof(std::uint16_t);
    const std::uint16_t *first = self.tilesOf(row), *second = self.tilesOf(row + kTileRows);
    Sums::clear();
    for (int input = 0; input < self.depth_; input += kTileDepth) {
      const char* words = reinterpret_cast<const char*>(columns) + input / 2 * stride;
      Sums::add({first, kRowBytes}, {second, kRowBytes}, {words, stride}, {words + 64, stride});
      first += kTile;
      second += kTile;
    }
    Sums::store(sums, kWidth);
    const LinearRows<std::uint16_t>& rows = self.rows_;
    const int count = rows.rows - row < 2 * kTileRows ? rows.rows - row : 2 * kTileRows;
    for (int i = 0; i < count; ++i) {
      __m512 values[kVectors];
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j)
        values[j] =
            _mm512_add_ps(_mm512_load_ps(sums + i * kWidth + j * 16), _mm512_load_ps(rows.bias + output + j * 16));
      finishRow<BFloat16, kVectors>(rows, row + i, output, values);
    }
  }

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
