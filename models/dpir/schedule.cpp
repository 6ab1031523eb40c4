#include "models/dpir/schedule.h"

#include <algorithm>
#include <cmath>

namespace heirloom::models {
namespace {

constexpr double kFirst = 49;  // 8-bit units
constexpr double kLeastNoise = 0.255 / 255;

}  // namespace

DpirSchedule dpirSchedule(double noise, int iterations, double last, double weight) {
  DpirSchedule schedule;
  const double squared = std::pow(std::max(kLeastNoise, noise), 2);
  for (int i = 0; i < iterations; ++i) {
    const double part = iterations == 1 ? 0 : static_cast<double>(i) / (iterations - 1);
    const double level = std::pow(10.0, std::log10(kFirst) + part * (std::log10(last) - std::log10(kFirst)));
    const double sigma = static_cast<double>(static_cast<float>(level)) / 255;
    schedule.sigma.push_back(sigma);
    schedule.rho.push_back(weight * squared / (sigma * sigma));
  }
  return schedule;
}

}  // namespace heirloom::models
