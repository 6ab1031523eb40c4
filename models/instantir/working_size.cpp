#include "models/instantir/working_size.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

// To the even neighbour at the half, as Python rounds.
std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));
}

double real(std::int64_t value) {
  return static_cast<double>(value);
}

PixelSize times(const PixelSize& size, double ratio) {
  return {rounded(ratio * real(size.height)), rounded(ratio * real(size.width))};
}

PixelSize requested(const PixelSize& picture, const WorkingSizeRules& rules) {
  if (rules.width > 0 && rules.height > 0) return {rules.height, rules.width};
  if (rules.width > 0) return {rounded(real(picture.height) * real(rules.width) / real(picture.width)), rules.width};
  if (rules.height > 0) return {rules.height, rounded(real(picture.width) * real(rules.height) / real(picture.height))};
  return picture;
}

}  // namespace

PixelSize workingSize(PixelSize picture, const WorkingSizeRules& rules) {
  PixelSize size = requested(picture, rules);
  const std::int64_t shorter = std::max<std::int64_t>(1, std::min(size.height, size.width));
  if (shorter < rules.minSide) size = times(size, real(rules.minSide) / real(shorter));
  const std::int64_t longer = std::max(size.height, size.width);
  if (longer > rules.maxSide) size = times(size, real(rules.maxSide) / real(longer));
  const auto whole = [&](std::int64_t side) { return side / rules.multiple * rules.multiple; };
  const PixelSize fitting{whole(size.height), whole(size.width)};
  if (fitting.height == 0 || fitting.width == 0) {
    throw Error(HEIRLOOM_TEXT("instantir.narrow",
                              "a picture of %1 x %2 pixels is too narrow: at %3 pixels along the longer side the "
                              "shorter one has fewer than %4")
                    .with(std::to_string(picture.width), std::to_string(picture.height), std::to_string(rules.maxSide),
                          std::to_string(rules.multiple)),
                HEIRLOOM_TEXT("instantir.narrow.remedy", "cut it into parts that are less long and narrow"));
  }
  return fitting;
}

}  // namespace heirloom::models
