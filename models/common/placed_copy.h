#pragma once

#include <torch/utils.h>

#include "models/common/plain_stack.h"

namespace heirloom::models {

/// A session's own network: the very tensors of `source`, an immutable network of configuration `config`, moved to
/// `placement` where they are not there already. `Network` holds a PlainStack named `model`.
template <typename Network, typename Config>
Network placedCopy(const Network& source, const Config& config, Placement placement) {
  // Parameters made under the caller's inference mode could not take the tensors of ordinary ones.
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  Network copy(config);
  const auto from = source->named_parameters();
  for (auto& item : copy->named_parameters()) item.value().set_data(from[item.key()]);
  copy->model->place(placement);
  return copy;
}

}  // namespace heirloom::models
