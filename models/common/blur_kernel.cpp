#include "models/common/blur_kernel.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <numeric>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

constexpr double kSumIsOne = 1e-3;  // what rounding of files may leave
constexpr double kWidths = 4;       // a Gaussian is cut off here, where it is 1/3000 of its peak

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Numbers with commas between them; empty when one does not parse.
std::vector<double> numbers(std::string_view text) {
  std::vector<double> values;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::optional<double> value = number(text.substr(0, comma));
    if (!value) return {};
    values.push_back(*value);
    if (comma == text.npos) return values;
    text.remove_prefix(comma + 1);
  }
}

std::optional<Grid> parseGaussian(const std::vector<double>& values) {
  if (values.empty() || values.size() > 3) return std::nullopt;
  const double along = values[0];
  const double across = values.size() > 1 ? values[1] : along;
  const double angle = values.size() > 2 ? values[2] : 0;
  const double wider = std::max(along, across);
  if (!(std::min(along, across) > 0) || wider > kLargestWidth) return std::nullopt;
  const int side = 2 * static_cast<int>(std::ceil(kWidths * wider)) + 1;
  return gaussianKernel(side, along * along, across * across, -angle * std::numbers::pi / 180);
}

std::optional<Grid> parseMotion(const std::vector<double>& values) {
  if (values.empty() || values.size() > 2 || !(values[0] >= 1) || values[0] > kLargestKernel) return std::nullopt;
  return motionKernel(values[0], values.size() > 1 ? values[1] : 0);
}

std::optional<Grid> parseGrid(std::string_view text, std::optional<Message>* note) {
  const std::size_t colon = text.find(':');
  const std::size_t cross = text.substr(0, colon).find('x');
  if (colon == text.npos || cross == text.npos) return std::nullopt;
  const std::optional<double> columns = number(text.substr(0, cross));
  const std::optional<double> rows = number(text.substr(cross + 1, colon - cross - 1));
  const std::vector<double> values = numbers(text.substr(colon + 1));
  const auto isSide = [](const std::optional<double>& side) {
    return side && *side >= 1 && *side <= kLargestKernel && *side == std::floor(*side);
  };
  if (!isSide(columns) || !isSide(rows) || static_cast<double>(values.size()) != *columns * *rows) return std::nullopt;
  Grid kernel{{}, static_cast<int>(*rows), static_cast<int>(*columns), {values.begin(), values.end()}};
  if (note) *note = noteOnSum(kernel);
  return normalised(std::move(kernel));
}

Grid fromDoubles(int side, const std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  Grid grid{{}, side, side, {}};
  for (const double value : values) grid.values.push_back(static_cast<float>(value / sum));
  return grid;
}

}  // namespace

std::optional<Grid> parseKernel(std::string_view text, std::optional<Message>* note) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const std::string_view form = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  std::optional<Grid> kernel;
  if (form == "gaussian") kernel = parseGaussian(numbers(rest));
  if (form == "motion") kernel = parseMotion(numbers(rest));
  if (form == "grid") kernel = parseGrid(rest, note);
  if (kernel) kernel->text = text;
  return kernel;
}

Grid gaussianKernel(int side, double along, double across, double theta) {
  const double c = std::cos(theta);
  const double s = std::sin(theta);
  const double middle = (side - 1) / 2.0;
  std::vector<double> values;
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const double x = column - middle;
      const double y = row - middle;
      const double u = c * x + s * y;
      const double v = s * x - c * y;
      values.push_back(std::exp(-0.5 * (u * u / along + v * v / across)));
    }
  }
  return fromDoubles(side, values);
}

Grid motionKernel(double length, double degrees) {
  const double half = (std::max(1.0, length) - 1) / 2;
  const double theta = degrees * std::numbers::pi / 180;
  const double c = std::cos(theta);
  const double s = std::sin(theta);
  const int reach = static_cast<int>(std::ceil(half));
  std::vector<double> values;
  for (int row = -reach; row <= reach; ++row) {
    for (int column = -reach; column <= reach; ++column) {
      // Distance to the segment: 1 on it, falling to 0 a pixel away.
      const double along = column * c - row * s;
      const double aside = column * s + row * c;
      const double beyond = std::max(0.0, std::abs(along) - half);
      values.push_back(std::max(0.0, 1 - std::hypot(beyond, aside)));
    }
  }
  return fromDoubles(2 * reach + 1, values);
}

double sumOf(const Grid& kernel) {
  return std::accumulate(kernel.values.begin(), kernel.values.end(), 0.0);
}

Grid normalised(Grid kernel) {
  const double sum = sumOf(kernel);
  if (!std::isfinite(sum) || !(sum > 0)) {
    throw Error(HEIRLOOM_TEXT("kernel.sum", "the values of the blur kernel sum to %1").with(std::to_string(sum)),
                HEIRLOOM_TEXT("kernel.sum.remedy", "give a kernel whose values are positive numbers"));
  }
  for (float& value : kernel.values) value = static_cast<float>(static_cast<double>(value) / sum);
  return kernel;
}

std::optional<Message> noteOnSum(const Grid& kernel) {
  const double sum = sumOf(kernel);
  if (std::abs(sum - 1) <= kSumIsOne) return std::nullopt;
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), sum, std::chars_format::general, 4);
  return HEIRLOOM_TEXT("kernel.normalised", "the blur kernel summed to %1 and was scaled to 1")
      .with(std::string(text.data(), end.ptr));
}

Grid onSquare(const Grid& kernel, int side) {
  Grid result{kernel.text, side, side, std::vector<float>(static_cast<std::size_t>(side) * side, 0)};
  const int down = side / 2 - kernel.rows / 2;
  const int right = side / 2 - kernel.columns / 2;
  for (int row = std::max(0, -down); row < std::min(kernel.rows, side - down); ++row) {
    for (int column = std::max(0, -right); column < std::min(kernel.columns, side - right); ++column) {
      result.values[static_cast<std::size_t>((row + down) * side + column + right)] =
          kernel.values[static_cast<std::size_t>(row * kernel.columns + column)];
    }
  }
  return result;
}

Grid fitted(const Grid& kernel, int side) {
  return normalised(onSquare(kernel, side));
}

}  // namespace heirloom::models
