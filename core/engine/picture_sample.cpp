#include "core/engine/picture_sample.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heirloom::core {
namespace {

constexpr std::int64_t kShortestPatch = 64;
constexpr std::int64_t kSampledPart = 8;  // one of so many pixels
constexpr double kRim = 0.125;
constexpr double kGoldenSection = 0.618;

std::int64_t upwards(std::int64_t dividend, std::int64_t divisor) {
  return (dividend + divisor - 1) / divisor;
}

/// `count` places along a side, each in the middle of its share of it but on the network's grid.
std::vector<std::int64_t> placesAlong(std::int64_t side, std::int64_t patch, std::int64_t count,
                                      std::int64_t multiple) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t middle = (2 * i + 1) * side / (2 * count);
    places.push_back(std::max<std::int64_t>(0, middle - patch / 2) / multiple * multiple);
  }
  return places;
}

/// In steps of about the golden section, so that neighbours lie far from each other.
std::vector<Box> spread(const std::vector<Box>& patches) {
  const std::size_t count = patches.size();
  auto step = std::max<std::size_t>(1, static_cast<std::size_t>(kGoldenSection * static_cast<double>(count)));
  while (std::gcd(step, count) != 1) ++step;
  std::vector<Box> ordered;
  for (std::size_t i = 0; i < count; ++i) ordered.push_back(patches[i * step % count]);
  return ordered;
}

}  // namespace

std::vector<Box> samplePatches(std::int64_t width, std::int64_t height, const TileRules& rules, std::int64_t area) {
  const std::int64_t multiple = rules.sizeMultiple;
  const auto half = static_cast<std::int64_t>(std::sqrt(static_cast<double>(area)) / 2);
  const std::int64_t side = upwards(std::max(half, kShortestPatch), multiple) * multiple;
  const std::int64_t across = std::min(side, width), down = std::min(side, height);
  const std::int64_t wanted = upwards(std::max(area, upwards(width * height, kSampledPart)), across * down);
  const double perSide =
      std::sqrt(static_cast<double>(wanted) * static_cast<double>(width) / static_cast<double>(height));
  const std::int64_t columns = std::clamp<std::int64_t>(std::llround(perSide), 1, width / across);
  // Upwards, for the middle row alone would say nothing of a wide photo's sky.
  const std::int64_t rows = std::clamp<std::int64_t>(upwards(wanted, columns), 1, height / down);

  std::vector<Box> patches;
  for (const std::int64_t y : placesAlong(height, down, rows, multiple)) {
    for (const std::int64_t x : placesAlong(width, across, columns, multiple)) patches.push_back({x, y, across, down});
  }
  return spread(patches);
}

void gatherStatistics(models::WholeStatistics& statistics, models::Session& session, const std::vector<Box>& patches,
                      std::int64_t atOnce, const std::function<at::Tensor(const Box&)>& shown) {
  const auto most = static_cast<std::size_t>(atOnce);
  for (std::size_t begin = 0; begin < patches.size(); begin += most) {
    std::vector<at::Tensor> together;
    for (std::size_t i = begin; i < std::min(begin + most, patches.size()); ++i) together.push_back(shown(patches[i]));
    const models::WholeStatistics::Scope gathering(statistics, models::WholeStatistics::Use::Gather, kRim);
    session.restore(at::cat(together));
  }
}

}  // namespace heirloom::core
