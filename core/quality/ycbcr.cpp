#include "core/quality/ycbcr.h"

#include <cmath>

namespace heirloom::core {

std::vector<double> lumaOf(const MetricImage& image, LumaRounding rounding) {
  if (image.bands == 1) return {image.values.begin(), image.values.end()};
  std::vector<double> luma(static_cast<std::size_t>(image.width * image.height));
  for (std::size_t i = 0; i < luma.size(); ++i) {
    const double* rgb = image.values.data() + i * static_cast<std::size_t>(image.bands);
    const double y = 16 + (65.481 * rgb[0] + 128.553 * rgb[1] + 24.966 * rgb[2]) / 255;
    luma[i] = rounding == LumaRounding::EightBit ? std::nearbyint(y) : y;
  }
  return luma;
}

}  // namespace heirloom::core
