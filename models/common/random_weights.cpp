#include "models/common/random_weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace heirloom::models {

NamedTensors randomWeights(const NamedTensors& state) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(0);
  NamedTensors weights;
  for (const auto& [name, tensor] : state) {
    if (!tensor.is_floating_point()) {
      weights.emplace_back(name, tensor);
      continue;
    }
    at::Tensor values = at::randn(tensor.sizes(), generator, at::kFloat);
    if (tensor.dim() >= 2) {
      values *= std::sqrt(static_cast<double>(tensor.size(0)) /
                          static_cast<double>(std::max<std::int64_t>(1, tensor.numel())));
    } else {
      values *= 0.02;
      // Factors of residuals as well: without its residuals a deep network amplifies every rounding.
      const bool isFactor = name.ends_with("scale") || name.ends_with("scale2");
      // The one slope of a PReLU: from 1 on it rectifies nothing, and what is deep explodes.
      const bool isSlope = name.ends_with("weight") && values.numel() == 1;
      constexpr double kSlope = 0.25;
      if (isSlope)
        values = values + kSlope;
      else if (name.ends_with("weight") || name.ends_with("running_var") || isFactor)
        values = values.abs() + 1;
    }
    weights.emplace_back(name, values);
  }
  return weights;
}

void randomise(torch::nn::Module& network) {
  const torch::NoGradGuard noGrad;
  const NamedTensors state = stateOf(network);
  const NamedTensors values = randomWeights(state);
  for (std::size_t i = 0; i < state.size(); ++i) at::Tensor(state[i].second).copy_(values[i].second);
}

}  // namespace heirloom::models
