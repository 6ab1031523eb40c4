#include "models/instantir/photo_plan.h"

#include <algorithm>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kMultiple = 64;  // of the sides that the networks see, pixels
constexpr double kWorthTiles = 1.25;    // times the working size: below it a photo goes whole

PhotoMode modeFor(PixelSize photo, const InstantIrOptions& options, bool onProcessor) {
  if (options.photo == "published") return PhotoMode::Published;
  const auto longest = static_cast<double>(std::max(photo.height, photo.width));
  const auto working = static_cast<double>(options.size.maxSide);
  const bool wanted = options.photo == "tiles"
                          ? longest > working
                          : options.photo == "auto" && longest > kWorthTiles * working && !onProcessor;
  // A strip that is narrower than a tile has to be would be all mirror.
  return wanted && std::min(photo.height, photo.width) > kMultiple ? PhotoMode::Tiles : PhotoMode::Whole;
}

}  // namespace

std::int64_t PhotoPlan::atOnce() const {
  const auto side = [this](std::int64_t whole) { return tileSide > 0 ? std::min(whole, tileSide) : whole; };
  return side(seen.height) * side(seen.width);
}

PhotoPlan planOf(PixelSize photo, const InstantIrOptions& options, bool onProcessor) {
  PhotoPlan plan{modeFor(photo, options, onProcessor), {}, 0};
  if (plan.mode == PhotoMode::Tiles) {
    plan.seen = {upToMultiple(photo.height, kMultiple), upToMultiple(photo.width, kMultiple)};
    plan.tileSide = options.size.maxSide / kMultiple * kMultiple;
    return plan;
  }
  WorkingSizeRules rules = options.size;
  // Requested sizes belong to the published protocol: a photo keeps its own.
  if (plan.mode != PhotoMode::Published) rules.width = rules.height = 0;
  plan.seen = workingSize(photo, rules);
  return plan;
}

}  // namespace heirloom::models
