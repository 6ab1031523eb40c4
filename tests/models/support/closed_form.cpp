#include "tests/models/support/closed_form.h"

#include <algorithm>
#include <cmath>

namespace heirloom::tests {

at::Tensor closedFormUniform(std::uint32_t seed, at::IntArrayRef shape) {
  at::Tensor values = at::empty(shape, at::kDouble);
  auto state = static_cast<std::uint32_t>(static_cast<std::uint64_t>(seed) * 2654435761ULL);
  double* out = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    state = state * 1664525U + 1013904223U;
    out[i] = (state >> 8) / 16777216.0 - 0.5;
  }
  return values;
}

at::Tensor closedFormWeights(std::uint32_t seed, const NamedShape& tensor) {
  const at::Tensor values = closedFormUniform(seed, tensor.shape);
  if (tensor.shape.size() >= 2) {
    const double fan = static_cast<double>(values.numel()) / static_cast<double>(tensor.shape[0]);
    return (values * 2 * std::sqrt(3 / fan)).to(at::kFloat);
  }
  const bool aroundOne = tensor.name.ends_with("weight") || tensor.name.ends_with("running_var");
  return (values * 0.2 + (aroundOne ? 1 : 0)).to(at::kFloat);
}

models::NamedTensors closedFormTensors(const std::vector<NamedShape>& tensors) {
  std::vector<NamedShape> sorted = tensors;
  std::ranges::sort(sorted, {}, &NamedShape::name);
  models::NamedTensors filled;
  std::uint32_t seed = 0;
  for (const NamedShape& tensor : sorted) {
    // The references fill none of the tables that follow from the configuration.
    const std::string last = tensor.name.substr(tensor.name.rfind('.') + 1);
    const bool isFloatTable = last.starts_with("attn_mask") || last == "rpe_biases" || last == "biases_h" ||
                              last == "biases_v" || last.starts_with("table_") || last.starts_with("mask_");
    const bool isIndex = last.find("relative_position_index") != std::string::npos || last.starts_with("index_") ||
                         last == "MetaUpsample";
    if (last == "num_batches_tracked" || isIndex || isFloatTable) {
      filled.emplace_back(tensor.name, at::zeros(tensor.shape, isFloatTable ? at::kFloat : at::kLong));
    } else {
      filled.emplace_back(tensor.name, closedFormWeights(++seed, tensor));
    }
  }
  return filled;
}

}  // namespace heirloom::tests
