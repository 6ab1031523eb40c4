#pragma once

// Vocabulary of the kernels for Intel's Advanced Matrix Extensions ("64 and IA-32 Architectures Software Developer's
// Manual", volume 1, chapter 18). Of internal linkage, as everything compiled for one instruction set: see the README.

#include <immintrin.h>

#include <cstdint>

namespace heirloom::models::amx {
namespace {

inline constexpr int kTileRows = 16;     // of sums, as of what is multiplied
inline constexpr int kTileColumns = 16;  // of sums, float32
inline constexpr int kTileDepth = 32;    // bfloat16 values of a row that one instruction multiplies

/// GCC does not know that tiles are read from memory: what they are about to read must be written by now.
inline void memoryIsWritten() {
  asm volatile("" ::: "memory");
}

/// While one lives, the thread's eight tiles have 16 rows of 64 bytes.
class Tiles {
 public:
  Tiles() {
    memoryIsWritten();
    static constexpr Configuration configuration;  // in memory as a whole: GCC takes it for eight bytes
    _tile_loadconfig(&configuration);
  }
  ~Tiles() { _tile_release(); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

 private:
  struct alignas(64) Configuration {
    std::uint8_t palette = 1;
    std::uint8_t startRow = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
};

/// Where a tile lies: rows `stride` bytes apart. Of rows that are multiplied, a row's values lie side by side; of
/// columns, pairs of values of 16 columns.
struct TileAt {
  const void* data;
  std::int64_t stride;
};

/// The tiles of sums in use: one or two of rows times one or two of columns.
template <bool twoRows, bool twoColumns>
struct Sums {
  static void clear() {
    _tile_zero(0);
    if constexpr (twoColumns) _tile_zero(1);
    if constexpr (twoRows) _tile_zero(2);
    if constexpr (twoRows && twoColumns) _tile_zero(3);
  }

  /// Adds the products of kTileDepth values. What is not in use is not read.
  static void add(TileAt rows, TileAt moreRows, TileAt columns, TileAt moreColumns) {
    _tile_loadd(4, rows.data, rows.stride);
    _tile_loadd(6, columns.data, columns.stride);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (twoRows) {
      _tile_loadd(5, moreRows.data, moreRows.stride);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (twoColumns) {
      _tile_loadd(7, moreColumns.data, moreColumns.stride);
      _tile_dpbf16ps(1, 4, 7);
      if constexpr (twoRows) _tile_dpbf16ps(3, 5, 7);
    }
  }

  /// To [rows][columns], rows `stride` floats apart.
  static void store(float* to, std::int64_t stride) {
    const std::int64_t bytes = stride * std::int64_t{sizeof(float)};
    _tile_stored(0, to, bytes);
    if constexpr (twoColumns) _tile_stored(1, to + kTileColumns, bytes);
    if constexpr (twoRows) _tile_stored(2, to + kTileRows * stride, bytes);
    if constexpr (twoRows && twoColumns) _tile_stored(3, to + kTileRows * stride + kTileColumns, bytes);
  }
};

}  // namespace
}  // namespace heirloom::models::amx
