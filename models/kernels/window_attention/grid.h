#pragma once

#include <cstdint>

namespace heirloom::models {

/// Which tokens of a picture make up a window: the cyclic shift and the cut as index arithmetic.
struct WindowGrid {
  std::int64_t batch = 1;
  std::int64_t height = 0;  // multiples of the window
  std::int64_t width = 0;
  int window = 8;
  int shift = 0;

  std::int64_t count() const { return batch * height * width / (window * window); }
  std::int64_t top(std::int64_t index) const { return index / (width / window) % (height / window) * window; }
  std::int64_t left(std::int64_t index) const { return index % (width / window) * window; }
  /// Number of the first token of the window's picture.
  std::int64_t picture(std::int64_t index) const {
    return index / (height / window * (width / window)) * height * width;
  }

  /// Whether a window holds tokens from opposite borders of the picture.
  bool mixed(std::int64_t index) const {
    return shift && (top(index) + window == height || left(index) + window == width);
  }

  /// Numbers of the window's tokens among all of the batch, and their regions: unequal ones are no neighbours.
  void locate(std::int64_t index, std::int64_t* tokens, std::int32_t* regions) const {
    const std::int64_t first = picture(index);
    for (std::int64_t y = top(index); y < top(index) + window; ++y) {
      for (std::int64_t x = left(index); x < left(index) + window; ++x) {
        *tokens++ = first + (y + shift) % height * width + (x + shift) % width;
        *regions++ = band(y, height) * 3 + band(x, width);
      }
    }
  }

  /// In the rolled picture the bands before the last window, before the shift and after it are apart.
  std::int32_t band(std::int64_t position, std::int64_t length) const {
    return position < length - window ? 0 : position < length - shift ? 1 : 2;
  }
};

}  // namespace heirloom::models
