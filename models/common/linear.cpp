#include "models/common/linear.h"

#include <torch/types.h>

namespace heirloom::models {

LinearImpl::LinearImpl(std::int64_t inputs, std::int64_t outputs, LinearOptions options)
    : weight(register_parameter("weight", at::empty({outputs, inputs}))), options_(std::move(options)) {
  if (options_.bias) bias = register_parameter("bias", at::empty({outputs}));
}

at::Tensor LinearImpl::forward(const at::Tensor& x, const at::Tensor& residual) {
  const at::Tensor input = x.to(packed_ ? precision_ : weight.scalar_type());
  if (packed_) return packedLinear(input.contiguous(), *packed_, residual.defined() ? residual.contiguous() : residual);
  at::Tensor y = at::linear(options_.norm ? options_.norm->forward(input) : input, weight, bias);
  y = activated(std::move(y), options_.activation, options_.slope);
  return residual.defined() ? y + residual : y;
}

void LinearImpl::place(const Placement& placement) {
  packed_.reset();
  precision_ = options_.outer ? at::kFloat : placement.precision;
  if (placement.device.is_cpu() && !placement.plain && canPackLinear(precision_, weight.size(1))) {
    const NormBefore norm =
        options_.norm ? NormBefore{options_.norm->weight, options_.norm->bias, options_.norm->epsilon()} : NormBefore{};
    packed_ =
        packLinear(weight, bias, precision_, options_.norm ? &norm : nullptr, options_.activation, options_.slope);
    return;
  }
  weight.set_data(weight.to(placement.device, precision_));
  if (bias.defined()) bias.set_data(bias.to(placement.device, precision_));
}

void LinearImpl::dropUnpacked() {
  if (packed_) Layer::unload();
}

void LinearImpl::unload() {
  packed_.reset();
  Layer::unload();
}

at::Tensor perceptron(const at::Tensor& x, Linear& first, Linear& second, const at::Tensor& residual) {
  if (first->packed() && second->packed())
    return packedPerceptron(x.to(first->precision()).contiguous(), *first->packed(), *second->packed(),
                            residual.defined() ? residual.contiguous() : residual);
  return second->forward(first->forward(x), residual);
}

}  // namespace heirloom::models
