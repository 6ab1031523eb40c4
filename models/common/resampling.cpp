#include "models/common/resampling.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace heirloom::models {
namespace {

constexpr double kOne = 1 << 22;           // Pillow's weights are integers of so many parts
constexpr std::int64_t kStripRows = 1024;  // resampled at a time in float64

double sinc(double x) {
  return x == 0 ? 1 : std::sin(M_PI * x) / (M_PI * x);
}

double reachOf(Filter filter) {
  switch (filter) {
    case Filter::Bilinear:
      return 1;
    case Filter::Bicubic:
      return 2;
    case Filter::Lanczos:
      return 3;
  }
  return 0;
}

double bicubic(double x) {
  constexpr double kSharpness = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kSharpness + 2) * x - (kSharpness + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * kSharpness : 0;
}

double valueOf(Filter filter, double x) {
  switch (filter) {
    case Filter::Bilinear:
      return std::max(0.0, 1 - std::abs(x));
    case Filter::Bicubic:
      return bicubic(x);
    case Filter::Lanczos:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
  return 0;
}

/// Sample `x` of a row of `in` that goes on as its mirror image on both sides.
std::int64_t mirrored(std::int64_t x, std::int64_t in) {
  const std::int64_t period = 2 * in;
  x = (x % period + period) % period;
  return x < in ? x : period - 1 - x;
}

/// Weights as integers, rounded away from zero at the half.
at::Tensor inParts(const at::Tensor& matrix) {
  return (matrix * kOne).abs().add(0.5).floor() * matrix.sign();
}

/// One pass over samples 0..255 in float64 along the last side. Sums stay below 2^53, so this is integer arithmetic.
at::Tensor passed(const at::Tensor& samples, const at::Tensor& parts) {
  return at::matmul(samples, parts.t()).add_(kOne / 2).div_(kOne).floor_().clamp_(0, 255);
}

}  // namespace

at::Tensor resamplingMatrix(std::int64_t in, std::int64_t out, Filter filter, Beyond beyond) {
  at::Tensor matrix = at::zeros({out, in}, at::kDouble);
  auto weights = matrix.accessor<double, 2>();
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double widened = std::max(scale, 1.0), support = reachOf(filter) * widened;
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    auto first = static_cast<std::int64_t>(std::floor(centre - support + 0.5));
    auto end = static_cast<std::int64_t>(centre + support + 0.5);
    if (beyond == Beyond::Nothing) {
      first = std::max<std::int64_t>(0, first);
      end = std::min(in, end);
    }
    std::vector<double> taps;
    double sum = 0;
    for (std::int64_t x = first; x < end; ++x) {
      taps.push_back(valueOf(filter, (static_cast<double>(x) - centre + 0.5) / widened));
      sum += taps.back();
    }
    for (std::int64_t x = first; x < end; ++x)
      weights[i][mirrored(x, in)] += taps[static_cast<std::size_t>(x - first)] / sum;
  }
  return matrix;
}

at::Tensor gaussianMatrix(std::int64_t side, double sigma) {
  const at::Tensor at = at::arange(side, at::kDouble);
  const at::Tensor weights = at::exp((at.unsqueeze(0) - at.unsqueeze(1)).square() / (-2 * sigma * sigma));
  return weights / weights.sum(1, true);
}

at::Tensor resampled(const at::Tensor& picture, const at::Tensor& rows, const at::Tensor& columns) {
  const auto options = picture.options();
  return at::matmul(rows.to(options), at::matmul(picture, columns.to(options).t()));
}

at::Tensor resizedIn8Bits(const at::Tensor& picture, std::int64_t height, std::int64_t width, Filter filter) {
  const auto inDouble = picture.options().dtype(at::kDouble);
  at::Tensor samples = picture.clamp(0, 1).mul(255).round();
  if (picture.size(3) != width) {
    const at::Tensor parts = inParts(resamplingMatrix(picture.size(3), width, filter)).to(inDouble);
    std::vector<at::Tensor> strips;
    for (const at::Tensor& strip : samples.split(kStripRows, 2))
      strips.push_back(passed(strip.to(at::kDouble), parts).to(at::kFloat));
    samples = at::cat(strips, 2);
  }
  if (picture.size(2) != height) {
    const at::Tensor parts = inParts(resamplingMatrix(picture.size(2), height, filter)).to(inDouble);
    samples = passed(samples.to(at::kDouble).transpose(2, 3), parts).transpose(2, 3).to(at::kFloat);
  }
  return (samples / 255).contiguous();
}

}  // namespace heirloom::models
