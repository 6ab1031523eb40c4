#pragma once

#include <torch/nn/module.h>
#include <torch/utils.h>

namespace heirloom::models {

/// Makes `copy`, a module of the same configuration, use the very tensors of `source`: sessions share the weights of an
/// immutable network until they move them to their own device or precision.
inline void shareWeights(const torch::nn::Module& source, torch::nn::Module& copy) {
  torch::NoGradGuard noGrad;
  const auto from = source.named_parameters();
  for (auto& item : copy.named_parameters()) item.value().set_data(from[item.key()]);
}

}  // namespace heirloom::models
