#pragma once

#include <cstdint>
#include <vector>

namespace heirloom::core {

/// Interleaved float32 rows.
struct FloatImage {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int bands = 1;
  std::vector<float> values;  // height * width * bands

  float* row(std::int64_t y) { return values.data() + y * width * bands; }
  const float* row(std::int64_t y) const { return values.data() + y * width * bands; }
};

/// MATLAB's imresize(image, scale, 'bicubic'): antialiased when it shrinks, symmetric at the edges, columns before
/// rows, float32 between the two, neither clamped nor rounded (kair.md 4.1). The result has ceil(side * scale) pixels a
/// side.
FloatImage imresize(const FloatImage& image, double scale);

/// Its two passes: the height alone, then the width alone. MATLAB rounds pictures of 8 bits after each of them, with
/// halves upwards, and so were the reduced pictures made that test sets come with.
FloatImage imresizeColumns(const FloatImage& image, double scale);
FloatImage imresizeRows(const FloatImage& image, double scale);

}  // namespace heirloom::core
