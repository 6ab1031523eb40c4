#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

#include "models/common/message.h"
#include "models/dpir/schedule.h"
#include "models/restorer.h"
#include "models/settings.h"

namespace heirloom::models {

/// Names of settings: the network in the loop, how a mosaic's colours lie, what marks missing pixels.
inline constexpr const char* kDenoiser = "denoiser";
inline constexpr const char* kPattern = "pattern";
inline constexpr const char* kMissing = "missing";

/// What makes one task out of the general loop. All pictures N C H W on the session's device.
struct DpirProblem {
  at::Tensor start;                                                 // x of the first iteration
  std::function<at::Tensor(const at::Tensor& x, double rho)> data;  // data step
  std::function<at::Tensor(const at::Tensor& x)> finish = [](const at::Tensor& x) { return x; };
};

/// A task's own part: its parameters, its schedule's end, its problem for one picture and what blurred that.
struct DpirTask {
  const char* name;
  Message title;
  Purpose purpose;
  int iterations;  // by default
  double noise;    // by default, 8-bit units
  std::vector<Parameter> (*parameters)();
  double (*lastLevel)(const Settings& settings);  // 8-bit units
  DpirProblem (*problem)(const at::Tensor& y, const Settings& settings);
  Grid (*kernel)(const Settings& settings) = nullptr;  // that blurred, about its middle; null: nothing did
  double leastNoise = 0;                               // that can be set, 8-bit units
  double weight = kDpirWeight;                         // of the prior
  bool priorEnlarges = false;  // DPSR: blur and data step are on the grid of the source, x is as large as the result
};

/// All tasks, in the order in which they are offered.
const std::vector<DpirTask>& dpirTasks();

}  // namespace heirloom::models
