#include "models/common/group_norm.h"

#include <torch/types.h>

#include "models/common/savings.h"
#include "models/kernels/group_norm/group_norm.h"

namespace heirloom::models {

GroupNormImpl::GroupNormImpl(std::int64_t groups, std::int64_t channels, double epsilon)
    : weight(register_parameter("weight", at::empty({channels}))),
      bias(register_parameter("bias", at::empty({channels}))),
      groups_(groups),
      epsilon_(epsilon) {}

at::Tensor GroupNormImpl::normed(const at::Tensor& x, bool activates) const {
  const auto norm = plain_ || !saves(Saving::Norms) ? plainGroupNorm : groupNorm;
  return norm(x, groups_, weight, bias, epsilon_, activates);
}

at::Tensor GroupNormImpl::forward(const at::Tensor& x) {
  return normed(x, /*activates=*/false);
}

at::Tensor GroupNormImpl::activated(const at::Tensor& x) {
  return normed(x, /*activates=*/true);
}

// LibTorch's kernel for CUDA takes no float32 weights beside half-precision values.
void GroupNormImpl::place(const Placement& placement) {
  plain_ = placement.plain;
  const at::ScalarType precision = placement.device.is_cpu() ? at::kFloat : placement.precision;
  for (at::Tensor* parameter : {&weight, &bias}) parameter->set_data(parameter->to(placement.device, precision));
}

}  // namespace heirloom::models
