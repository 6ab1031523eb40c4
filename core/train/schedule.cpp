#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heirloom::core {

double learningRate(const TrainConfig::Schedule& schedule, double peak, std::int64_t iteration) {
  if (iteration < schedule.warmUp)
    return peak * static_cast<double>(iteration + 1) / static_cast<double>(schedule.warmUp);
  if (schedule.decay == "constant") return peak;
  if (schedule.decay == "step") {
    const auto passed = std::ranges::count_if(schedule.milestones, [&](std::int64_t at) { return at <= iteration; });
    return peak * std::pow(schedule.gamma, static_cast<double>(passed));
  }
  const auto span = static_cast<double>(std::max<std::int64_t>(1, schedule.iterations - schedule.warmUp));
  const double progress = std::min(1.0, static_cast<double>(iteration - schedule.warmUp) / span);
  if (schedule.decay == "linear") {
    const double fallen = std::max(0.0, progress - schedule.flat) / (1 - schedule.flat);
    return peak + (schedule.finalRate - peak) * fallen;
  }
  return schedule.finalRate + (peak - schedule.finalRate) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace heirloom::core
