#include "core/quality/imresize.h"

#include <cmath>

namespace heirloom::core {
namespace {

/// Of one output sample: `count` weights for the taps from `first` on, which may lie outside the picture.
struct Taps {
  std::int64_t first = 0;
  std::vector<float> weights;
};

double cubic(double x) {
  const double a = std::abs(x);
  if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
  if (a <= 2) return ((-0.5 * a + 2.5) * a - 4) * a + 2;
  return 0;
}

std::vector<Taps> contributions(std::int64_t outLength, double scale) {
  const double shrink = scale < 1 ? scale : 1;
  const double width = 4 / shrink;
  const auto count = static_cast<std::int64_t>(std::ceil(width)) + 2;
  std::vector<Taps> all(static_cast<std::size_t>(outLength));
  for (std::int64_t i = 0; i < outLength; ++i) {
    const double centre = static_cast<double>(i + 1) / scale + 0.5 * (1 - 1 / scale);  // 1-based, as MATLAB counts
    const auto left = static_cast<std::int64_t>(std::floor(centre - width / 2));
    std::vector<double> weights(static_cast<std::size_t>(count));
    double sum = 0;
    for (std::int64_t tap = 0; tap < count; ++tap) {
      weights[tap] = shrink * cubic(shrink * (centre - static_cast<double>(left + tap)));
      sum += weights[tap];
    }
    // The outermost taps lie outside the kernel's support.
    Taps& taps = all[i];
    taps.first = left;  // 0-based index of the second tap
    for (std::int64_t tap = 1; tap + 1 < count; ++tap) taps.weights.push_back(static_cast<float>(weights[tap] / sum));
  }
  return all;
}

/// Index inside 0..length-1 that symmetric reflection with the edge repeated maps `index` to.
std::int64_t reflected(std::int64_t index, std::int64_t length) {
  const std::int64_t period = 2 * length;
  std::int64_t at = index % period;
  if (at < 0) at += period;
  return at < length ? at : period - 1 - at;
}

std::int64_t scaled(std::int64_t side, double scale) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(side) * scale));
}

}  // namespace

FloatImage imresizeColumns(const FloatImage& image, double scale) {
  FloatImage columns{image.width, scaled(image.height, scale), image.bands, {}};
  columns.values.resize(static_cast<std::size_t>(columns.width * columns.height * columns.bands));
  const std::int64_t rowLength = image.width * image.bands;
  const auto vertical = contributions(columns.height, scale);
  for (std::int64_t y = 0; y < columns.height; ++y) {
    float* target = columns.row(y);
    for (std::size_t tap = 0; tap < vertical[y].weights.size(); ++tap) {
      const float* source = image.row(reflected(vertical[y].first + static_cast<std::int64_t>(tap), image.height));
      const float weight = vertical[y].weights[tap];
      for (std::int64_t i = 0; i < rowLength; ++i) target[i] += weight * source[i];
    }
  }
  return columns;
}

FloatImage imresizeRows(const FloatImage& image, double scale) {
  FloatImage result{scaled(image.width, scale), image.height, image.bands, {}};
  result.values.resize(static_cast<std::size_t>(result.width * result.height * result.bands));
  const auto horizontal = contributions(result.width, scale);
  for (std::int64_t y = 0; y < result.height; ++y) {
    const float* source = image.row(y);
    float* target = result.row(y);
    for (std::int64_t x = 0; x < result.width; ++x) {
      for (std::size_t tap = 0; tap < horizontal[x].weights.size(); ++tap) {
        const std::int64_t from = reflected(horizontal[x].first + static_cast<std::int64_t>(tap), image.width);
        for (int band = 0; band < image.bands; ++band) {
          target[x * image.bands + band] += horizontal[x].weights[tap] * source[from * image.bands + band];
        }
      }
    }
  }
  return result;
}

FloatImage imresize(const FloatImage& image, double scale) {
  return imresizeRows(imresizeColumns(image, scale), scale);
}

}  // namespace heirloom::core
