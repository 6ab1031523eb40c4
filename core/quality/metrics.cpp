#include "core/quality/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "models/common/error.h"

namespace heirloom::core {
namespace {

constexpr int kWindow = kSsimWindow;
constexpr int kWindowCentre = kWindow / 2;
constexpr double kWindowSigma = 1.5;
constexpr double kC1 = (0.01 * 255) * (0.01 * 255);
constexpr double kC2 = (0.03 * 255) * (0.03 * 255);
constexpr std::int64_t kBlock = 8;  // of JPEG

std::string sizeText(const MetricImage& image) {
  return std::to_string(image.width) + " x " + std::to_string(image.height) + " x " + std::to_string(image.bands);
}

std::array<double, kWindow> gaussianWindow() {
  std::array<double, kWindow> weights{};
  double sum = 0;
  for (int i = 0; i < kWindow; ++i) {
    const double distance = i - kWindowCentre;
    weights[i] = std::exp(-distance * distance / (2 * kWindowSigma * kWindowSigma));
    sum += weights[i];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// A plane and its Gaussian mean over the valid region; the filter is separable, so rows first, then columns.
class GaussianMean {
 public:
  GaussianMean(std::int64_t width, std::int64_t height) : width_(width), height_(height) {}

  template <typename Sample>
  std::vector<double> operator()(const Sample& sample) const {
    const std::int64_t outWidth = width_ - kWindow + 1;
    const std::int64_t outHeight = height_ - kWindow + 1;
    std::vector<double> row(static_cast<std::size_t>(width_));
    std::vector<double> rows(static_cast<std::size_t>(outWidth * height_));
    for (std::int64_t y = 0; y < height_; ++y) {
      for (std::int64_t x = 0; x < width_; ++x) row[x] = sample(x, y);
      double* target = rows.data() + y * outWidth;
      for (int tap = 0; tap < kWindow; ++tap) {
        for (std::int64_t x = 0; x < outWidth; ++x) target[x] += weights_[tap] * row[x + tap];
      }
    }
    std::vector<double> mean(static_cast<std::size_t>(outWidth * outHeight));
    for (std::int64_t y = 0; y < outHeight; ++y) {
      double* target = mean.data() + y * outWidth;
      for (int tap = 0; tap < kWindow; ++tap) {
        const double* source = rows.data() + (y + tap) * outWidth;
        for (std::int64_t x = 0; x < outWidth; ++x) target[x] += weights_[tap] * source[x];
      }
    }
    return mean;
  }

 private:
  const std::array<double, kWindow> weights_ = gaussianWindow();
  std::int64_t width_;
  std::int64_t height_;
};

/// Squared steps between neighbours of a plane: across edges of blocks, and elsewhere.
struct Steps {
  double acrossEdges = 0;
  double elsewhere = 0;

  /// `count` lines of `length` samples; `sample(line, i)`.
  template <typename Sample>
  void add(std::int64_t count, std::int64_t length, const Sample& sample) {
    for (std::int64_t line = 0; line < count; ++line) {
      for (std::int64_t i = 0; i + 1 < length; ++i) {
        const double step = sample(line, i + 1) - sample(line, i);
        (i % kBlock == kBlock - 1 ? acrossEdges : elsewhere) += step * step;
      }
    }
  }
};

/// BEF of a picture of one band.
double blockingEffect(const MetricImage& image) {
  const std::int64_t width = image.width;
  const std::int64_t height = image.height;
  const auto sample = [&](std::int64_t x, std::int64_t y) { return image.values[y * width + x]; };
  Steps steps;
  steps.add(height, width, [&](std::int64_t y, std::int64_t x) { return sample(x, y); });
  steps.add(width, height, [&](std::int64_t x, std::int64_t y) { return sample(x, y); });
  const std::int64_t edges = height * (width / kBlock - 1) + width * (height / kBlock - 1);
  const std::int64_t all = height * (width - 1) + width * (height - 1);
  const double excess =
      steps.acrossEdges / static_cast<double>(edges) - steps.elsewhere / static_cast<double>(all - edges);
  return excess > 0 ? std::log2(kBlock) / std::log2(std::min(width, height)) * excess : 0;
}

MetricImage bandOf(const MetricImage& image, int band, std::vector<double>& values) {
  values.clear();
  for (std::size_t i = static_cast<std::size_t>(band); i < image.values.size(); i += image.bands)
    values.push_back(image.values[i]);
  return {image.width, image.height, 1, values};
}

}  // namespace

void requireComparable(const MetricImage& a, const MetricImage& b, std::int64_t border, std::int64_t side) {
  if (a.width != b.width || a.height != b.height || a.bands != b.bands) {
    throw Error(HEIRLOOM_TEXT("quality.sizes", "the pictures differ in size: %1 and %2 (width x height x bands)")
                    .with(sizeText(a), sizeText(b)),
                HEIRLOOM_TEXT("quality.sizes_remedy", "compare pictures of one size and colour model"));
  }
  if (border < 0 || a.width - 2 * border < side || a.height - 2 * border < side) {
    throw Error(HEIRLOOM_TEXT("quality.small",
                              "%1 is too small to measure inside a border of %2 pixels: at least %3 a "
                              "side must be left")
                    .with(sizeText(a), std::to_string(border), std::to_string(side)));
  }
}

double meanSquaredError(const MetricImage& a, const MetricImage& b, std::int64_t border) {
  requireComparable(a, b, border);
  double sum = 0;
  for (std::int64_t y = border; y < a.height - border; ++y) {
    const std::int64_t begin = (y * a.width + border) * a.bands;
    const std::int64_t end = (y * a.width + a.width - border) * a.bands;
    for (std::int64_t i = begin; i < end; ++i) {
      const double difference = a.values[i] - b.values[i];
      sum += difference * difference;
    }
  }
  return sum / static_cast<double>((a.width - 2 * border) * (a.height - 2 * border) * a.bands);
}

double decibels(double meanSquaredError) {
  if (meanSquaredError == 0) return std::numeric_limits<double>::infinity();
  return 20 * std::log10(255 / std::sqrt(meanSquaredError));
}

double psnr(const MetricImage& a, const MetricImage& b, std::int64_t border) {
  return decibels(meanSquaredError(a, b, border));
}

double psnrB(const MetricImage& restored, const MetricImage& original) {
  requireComparable(restored, original, 0, 2 * kBlock);
  std::vector<double> ofRestored;
  std::vector<double> ofOriginal;
  double sum = 0;
  for (int band = 0; band < restored.bands; ++band) {
    const MetricImage a = bandOf(restored, band, ofRestored);
    sum += decibels(meanSquaredError(a, bandOf(original, band, ofOriginal)) + blockingEffect(a));
  }
  return sum / restored.bands;
}

double ssim(const MetricImage& a, const MetricImage& b, std::int64_t border) {
  requireComparable(a, b, border, kWindow);
  const GaussianMean mean(a.width - 2 * border, a.height - 2 * border);
  double total = 0;
  for (int band = 0; band < a.bands; ++band) {
    const auto at = [border, band](const MetricImage& image, std::int64_t x, std::int64_t y) {
      return image.values[((y + border) * image.width + x + border) * image.bands + band];
    };
    const auto meanA = mean([&](auto x, auto y) { return at(a, x, y); });
    const auto meanB = mean([&](auto x, auto y) { return at(b, x, y); });
    const auto squareA = mean([&](auto x, auto y) { return at(a, x, y) * at(a, x, y); });
    const auto squareB = mean([&](auto x, auto y) { return at(b, x, y) * at(b, x, y); });
    const auto product = mean([&](auto x, auto y) { return at(a, x, y) * at(b, x, y); });
    double sum = 0;
    for (std::size_t i = 0; i < meanA.size(); ++i) {
      const double aa = meanA[i] * meanA[i];
      const double bb = meanB[i] * meanB[i];
      const double ab = meanA[i] * meanB[i];
      sum += (2 * ab + kC1) * (2 * (product[i] - ab) + kC2) /
             ((aa + bb + kC1) * (squareA[i] - aa + squareB[i] - bb + kC2));
    }
    total += sum / static_cast<double>(meanA.size());
  }
  return total / a.bands;
}

}  // namespace heirloom::core
