#include "models/common/layer_norm.h"

#include <torch/types.h>

namespace heirloom::models {

LayerNormImpl::LayerNormImpl(std::int64_t channels, double epsilon)
    : weight(register_parameter("weight", at::empty({channels}))),
      bias(register_parameter("bias", at::empty({channels}))),
      epsilon_(epsilon) {}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon_);
}

// The weights stay float32: a linear layer behind may fold them into its own.
void LayerNormImpl::place(const Placement& placement) {
  for (at::Tensor* parameter : {&weight, &bias}) parameter->set_data(parameter->to(placement.device));
}

}  // namespace heirloom::models
