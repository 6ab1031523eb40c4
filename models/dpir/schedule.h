#pragma once

#include <vector>

namespace heirloom::models {

/// Noise levels that the denoiser is given, and the weights of the data term, one an iteration.
struct DpirSchedule {
  std::vector<double> sigma;  // in 0..1
  std::vector<double> rho;    // weight * max(0.255 / 255, noise)^2 / sigma^2
};

inline constexpr double kDpirWeight = 0.23;

/// sigma falls from 49 to `last` (8-bit units) in equal ratios, rounded to float32 as the reference does; `noise` is
/// the picture's noise level in 0..1, `weight` the prior's (DPIR utils_pnp.py, get_rho_sigma; kair.md 1.9).
DpirSchedule dpirSchedule(double noise, int iterations, double last, double weight = kDpirWeight);

}  // namespace heirloom::models
