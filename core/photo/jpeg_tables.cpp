#include "core/photo/jpeg_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>

namespace heirloom::core {
namespace {

// ITU-T T.81, table K.1, in zigzag order: the luminance table that libjpeg scales by quality.
constexpr std::array<int, 64> kLuminance = {16, 11, 12,  14,  12,  10, 16, 14,  13,  14,  18,  17,  16, 19,  24,  40,
                                            26, 24, 22,  22,  24,  49, 35, 37,  29,  40,  58,  51,  61, 60,  57,  51,
                                            56, 55, 64,  72,  92,  78, 64, 68,  87,  69,  55,  56,  80, 109, 81,  87,
                                            95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99};

int scaled(int value, int quality) {
  const int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return std::clamp((value * percent + 50) / 100, 1, 255);
}

int nearestQuality(const std::array<int, 64>& table) {
  int best = 0;
  int smallest = std::numeric_limits<int>::max();
  // From above, so that of equal candidates the better quality is taken.
  for (int quality = 100; quality >= 1; --quality) {
    int difference = 0;
    for (std::size_t i = 0; i < table.size(); ++i) difference += std::abs(table[i] - scaled(kLuminance[i], quality));
    if (difference < smallest) {
      smallest = difference;
      best = quality;
    }
  }
  return best;
}

class Segments {
 public:
  explicit Segments(std::span<const std::byte> file) : file_(file) {}

  /// Steps to the next segment; false at the picture data, the end, or nonsense.
  bool next() {
    offset_ += length_;
    while (offset_ + 4 <= file_.size() && byte(offset_) == 0xff && byte(offset_ + 1) == 0xff) ++offset_;
    if (offset_ + 4 > file_.size() || byte(offset_) != 0xff) return false;
    marker_ = byte(offset_ + 1);
    length_ = 2 + (static_cast<std::size_t>(byte(offset_ + 2)) << 8 | byte(offset_ + 3));
    return marker_ != 0xda && length_ >= 4 && offset_ + length_ <= file_.size();
  }
  int marker() const { return marker_; }
  std::span<const std::byte> body() const { return file_.subspan(offset_ + 4, length_ - 4); }

 private:
  int byte(std::size_t at) const { return std::to_integer<int>(file_[at]); }

  std::span<const std::byte> file_;
  std::size_t offset_ = 0;
  std::size_t length_ = 2;  // the start-of-image marker
  int marker_ = 0;
};

}  // namespace

JpegCoding jpegCoding(std::span<const std::byte> file) {
  JpegCoding coding;
  Segments segments(file);
  while (segments.next()) {
    const auto body = segments.body();
    if (segments.marker() == 0xdb && coding.quality == 0) {
      const bool wide = !body.empty() && std::to_integer<int>(body[0]) >> 4 != 0;
      const std::size_t size = wide ? 2 : 1;
      if (body.size() < 1 + 64 * size) continue;
      std::array<int, 64> table{};
      for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = std::to_integer<int>(body[1 + i * size]);
        if (wide) table[i] = table[i] << 8 | std::to_integer<int>(body[2 + i * size]);
      }
      coding.quality = nearestQuality(table);
    }
    // Frame headers, without the tables that share their range of markers.
    const int marker = segments.marker();
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && body.size() >= 9) {
      const auto components = std::to_integer<std::size_t>(body[5]);
      coding.subsampled = components >= 3 && std::to_integer<int>(body[7]) != 0x11;
    }
  }
  return coding;
}

std::vector<std::byte> withJfifHeader(std::span<const std::byte> file, double pixelsPerMillimetreX,
                                      double pixelsPerMillimetreY) {
  constexpr std::size_t kStartOfImage = 2;
  const bool known = pixelsPerMillimetreX > 0 && pixelsPerMillimetreY > 0;
  const auto perInch = [&](double perMillimetre) {
    return known ? static_cast<int>(std::clamp(std::round(perMillimetre * 25.4), 1.0, 65535.0)) : 1;
  };
  const int x = perInch(pixelsPerMillimetreX);
  const int y = perInch(pixelsPerMillimetreY);
  const int header[] = {0xff, 0xe0, 0,     16,     'J',      'F',    'I',      'F', 0,
                        1,    2,    known, x >> 8, x & 0xff, y >> 8, y & 0xff, 0,   0};
  std::vector<std::byte> whole;
  whole.reserve(file.size() + std::size(header));
  whole.insert(whole.end(), file.begin(), file.begin() + kStartOfImage);
  for (const int byte : header) whole.push_back(static_cast<std::byte>(byte));
  whole.insert(whole.end(), file.begin() + kStartOfImage, file.end());
  return whole;
}

}  // namespace heirloom::core
