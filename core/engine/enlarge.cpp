#include "core/engine/enlarge.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace heirloom::core {
namespace {

constexpr int kTaps = 4;
constexpr std::int64_t kTargetRowsAtOnce = 16;

double cubic(double x) {
  const double a = std::abs(x);
  if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
  if (a < 2) return ((-0.5 * a + 2.5) * a - 4) * a + 2;
  return 0;
}

std::int64_t flooredQuotient(std::int64_t value, std::int64_t divisor) {
  return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

}  // namespace

Enlargement::Enlargement(std::int64_t width, std::int64_t height, int factor)
    : width_(width), height_(height), factor_(factor) {
  for (int phase = 0; phase < factor; ++phase) {
    const double centre = (phase + 0.5) / factor - 0.5;
    const double base = std::floor(centre);
    for (int tap = 0; tap < kTaps; ++tap) {
      weights_.push_back(static_cast<float>(cubic(centre - (base - 1 + tap))));
    }
  }
}

Enlargement::Taps Enlargement::tapsAt(std::int64_t position) const {
  const std::int64_t phase = position % factor_;
  const std::int64_t base = position / factor_ + flooredQuotient(2 * phase + 1 - factor_, 2 * factor_);
  return {base - 1, weights_.data() + phase * kTaps};
}

Box Enlargement::sourceOf(const Box& target) const {
  if (factor_ == 1) return target;
  const auto range = [this](std::int64_t start, std::int64_t length, std::int64_t side) {
    const std::int64_t first = std::clamp<std::int64_t>(tapsAt(start).first, 0, side - 1);
    const std::int64_t last = std::clamp<std::int64_t>(tapsAt(start + length - 1).first + kTaps - 1, 0, side - 1);
    return std::pair{first, last - first + 1};
  };
  const auto [x, width] = range(target.x, target.width, width_);
  const auto [y, height] = range(target.y, target.height, height_);
  return {x, y, width, height};
}

std::vector<float> Enlargement::operator()(std::span<const float> source, int bands, const Box& target) const {
  if (factor_ == 1) return {source.begin(), source.end()};
  const Box from = sourceOf(target);
  const std::int64_t sourceRow = from.width * bands;
  std::vector<float> result(static_cast<std::size_t>(target.width * target.height * bands));
  at::parallel_for(0, target.height, kTargetRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> mixed(static_cast<std::size_t>(sourceRow));
    for (std::int64_t y = begin; y < end; ++y) {
      const Taps down = tapsAt(target.y + y);
      std::fill(mixed.begin(), mixed.end(), 0.0F);
      for (int tap = 0; tap < kTaps; ++tap) {
        const std::int64_t row = std::clamp<std::int64_t>(down.first + tap, 0, height_ - 1) - from.y;
        const float* samples = source.data() + row * sourceRow;
        for (std::int64_t i = 0; i < sourceRow; ++i) mixed[i] += down.weights[tap] * samples[i];
      }
      float* out = result.data() + y * target.width * bands;
      for (std::int64_t x = 0; x < target.width; ++x) {
        const Taps across = tapsAt(target.x + x);
        for (int tap = 0; tap < kTaps; ++tap) {
          const std::int64_t column = std::clamp<std::int64_t>(across.first + tap, 0, width_ - 1) - from.x;
          for (int band = 0; band < bands; ++band)
            out[x * bands + band] += across.weights[tap] * mixed[column * bands + band];
        }
      }
    }
  });
  return result;
}

}  // namespace heirloom::core
