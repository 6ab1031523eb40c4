#include "core/quality/affine.h"

namespace heirloom::core {

FloatImage affineCorrected(const FloatImage& degraded, const FloatImage& clean) {
  FloatImage corrected = degraded;
  const auto bands = static_cast<std::size_t>(degraded.bands);
  const double pixels = static_cast<double>(degraded.values.size()) / static_cast<double>(bands);
  for (std::size_t band = 0; band < bands; ++band) {
    double x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = band; i < degraded.values.size(); i += bands) {
      const auto from = static_cast<double>(degraded.values[i]), to = static_cast<double>(clean.values[i]);
      x += from;
      y += to;
      xx += from * from;
      xy += from * to;
    }
    const double variance = xx / pixels - x / pixels * (x / pixels);
    const double together = xy / pixels - x / pixels * (y / pixels);
    constexpr double kConstant = 1e-12;
    const double slope = variance > kConstant ? together / variance : 0;
    const double offset = y / pixels - slope * x / pixels;
    for (std::size_t i = band; i < corrected.values.size(); i += bands)
      corrected.values[i] = static_cast<float>(slope * static_cast<double>(corrected.values[i]) + offset);
  }
  return corrected;
}

}  // namespace heirloom::core
