#include "models/common/layer_norm.h"

#include <torch/types.h>

namespace heirloom::models {

LayerNormImpl::LayerNormImpl(std::int64_t channels, double epsilon)
    : weight(register_parameter("weight", at::empty({channels}))),
      bias(register_parameter("bias", at::empty({channels}))),
      epsilon_(epsilon) {}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) {
  // LibTorch's kernel for CUDA takes no weights of another type than the values.
  const auto beside = [&x](const at::Tensor& tensor) { return x.is_cpu() ? tensor : tensor.to(x.scalar_type()); };
  return at::layer_norm(x, weight.sizes(), beside(weight), beside(bias), epsilon_);
}

// On the processor the weights stay float32: a linear layer behind may fold them into its own.
void LayerNormImpl::place(const Placement& placement) {
  const at::ScalarType precision = placement.device.is_cpu() ? at::kFloat : placement.precision;
  for (at::Tensor* parameter : {&weight, &bias}) parameter->set_data(parameter->to(placement.device, precision));
}

}  // namespace heirloom::models
