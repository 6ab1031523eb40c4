#include "core/photo/turning.h"

#include <array>
#include <cstring>

namespace heirloom::core {
namespace {

template <std::size_t Size>
void placePixels(const std::byte* from, std::byte* to, std::ptrdiff_t step, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, from += Size, to += step) std::memcpy(to, from, Size);
}

void placePixels(const std::byte* from, std::byte* to, std::ptrdiff_t step, std::int64_t count, std::size_t size) {
  // A size known to the compiler is a move instead of a call.
  switch (size) {
    case 1:
      return placePixels<1>(from, to, step, count);
    case 2:
      return placePixels<2>(from, to, step, count);
    case 3:
      return placePixels<3>(from, to, step, count);
    case 4:
      return placePixels<4>(from, to, step, count);
    case 6:
      return placePixels<6>(from, to, step, count);
    case 8:
      return placePixels<8>(from, to, step, count);
    case 12:
      return placePixels<12>(from, to, step, count);
    default:
      for (std::int64_t i = 0; i < count; ++i, from += size, to += step) std::memcpy(to, from, size);
  }
}

}  // namespace

void placeRow(const std::byte* row, std::int64_t y, int orientation, Raster& upright) {
  const std::size_t pixel = upright.layout().rowBytes() / static_cast<std::size_t>(upright.width());
  const bool turned = orientation >= 5;
  const std::int64_t width = turned ? upright.height() : upright.width();
  const std::int64_t height = turned ? upright.width() : upright.height();
  if (orientation == 1) {
    std::memcpy(upright.row(y).data(), row, upright.layout().rowBytes());
    return;
  }
  // Where the stored row's first pixel goes, and whether its next one lies to the left, right, above or below of it.
  const bool mirroredX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirroredY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::int64_t across = mirroredX ? width - 1 : 0;
  const std::int64_t down = mirroredY ? height - 1 - y : y;
  const auto bytes = static_cast<std::ptrdiff_t>(turned ? upright.layout().rowBytes() : pixel);
  std::byte* to = turned ? upright.row(across).data() + static_cast<std::size_t>(down) * pixel
                         : upright.row(down).data() + static_cast<std::size_t>(across) * pixel;
  placePixels(row, to, mirroredX ? -bytes : bytes, width, pixel);
}

void spreadBits(Raster& raster, int bits) {
  if (bits <= 8 || bits >= 16) return;
  const int shift = 16 - bits;
  const std::uint32_t maximum = (1u << bits) - 1;
  for (std::int64_t y = 0; y < raster.height(); ++y) {
    for (std::uint16_t& sample : raster.samples<std::uint16_t>(y)) {
      sample = static_cast<std::uint16_t>(((sample >> shift) * 65535u + maximum / 2) / maximum);
    }
  }
}

}  // namespace heirloom::core
