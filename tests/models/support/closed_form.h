#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"

namespace heirloom::tests {

/// The weights and inputs of the conformance records: a linear congruential generator, a seed a tensor (kair.md 8.3).
at::Tensor closedFormUniform(std::uint32_t seed, at::IntArrayRef shape);  // double, -0.5..0.5

struct NamedShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// What the tensor of this name and shape is filled with, float32, when it is number `seed` (from 1) of the sorted
/// names.
at::Tensor closedFormWeights(std::uint32_t seed, const NamedShape& tensor);

/// These tensors with the closed-form values, in the order of sorted names. Tables that follow from the configuration
/// hold zeros and take no seed.
models::NamedTensors closedFormTensors(const std::vector<NamedShape>& tensors);

}  // namespace heirloom::tests
