#include "models/common/batch_norm.h"

#include <torch/types.h>

namespace heirloom::models {

BatchNormImpl::BatchNormImpl(std::int64_t channels, double epsilon)
    : epsilon_(epsilon),
      weight_(register_parameter("weight", at::empty({channels}))),
      bias_(register_parameter("bias", at::empty({channels}))),
      running_mean_(register_buffer("running_mean", at::empty({channels}))),
      running_var_(register_buffer("running_var", at::empty({channels}))),
      num_batches_tracked_(register_buffer("num_batches_tracked", at::zeros({}, at::kLong))) {}

at::Tensor BatchNormImpl::forward(const at::Tensor& x) {
  return at::batch_norm(x, weight_, bias_, running_mean_, running_var_, /*training=*/false, /*momentum=*/0, epsilon_,
                        /*cudnn_enabled=*/false);
}

BatchNormImpl::Affine BatchNormImpl::affine() const {
  const auto wide = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const at::Tensor factor = wide(weight_) / (wide(running_var_) + epsilon_).sqrt();
  return {factor.to(at::kFloat), (wide(bias_) - wide(running_mean_) * factor).to(at::kFloat)};
}

void BatchNormImpl::place(const Placement& placement) {
  for (at::Tensor* tensor : {&weight_, &bias_, &running_mean_, &running_var_}) {
    tensor->set_data(tensor->to(placement.device, at::kFloat));
  }
}

}  // namespace heirloom::models
