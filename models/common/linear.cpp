#include "models/common/linear.h"

#include <torch/types.h>

#include <vector>

namespace heirloom::models {
namespace {

at::Tensor inOnePiece(const at::Tensor& given) {
  return given.defined() ? given.contiguous() : given;
}

at::Tensor gated(const at::Tensor& products) {
  const std::vector<at::Tensor> halves = products.chunk(2, -1);
  return halves[0] * at::gelu(halves[1]);
}

}  // namespace

LinearImpl::LinearImpl(std::int64_t inputs, std::int64_t outputs, LinearOptions options)
    : weight(register_parameter("weight", at::empty({outputs, inputs}))), options_(std::move(options)) {
  if (options_.bias) bias = register_parameter("bias", at::empty({outputs}));
}

at::Tensor LinearImpl::forward(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& inner) {
  const at::Tensor input = x.to(packed_ ? precision_ : weight.scalar_type());
  if (packed_) return packedLinear(input.contiguous(), *packed_, inOnePiece(residual), inOnePiece(inner));
  at::Tensor y = at::linear(options_.norm ? options_.norm->forward(input) : input, weight, bias);
  if (inner.defined()) y = y + inner;
  y = options_.gated ? gated(y) : activated(std::move(y), options_.activation, options_.slope);
  return residual.defined() ? y + residual : y;
}

void LinearImpl::place(const Placement& placement) {
  packed_.reset();
  precision_ = options_.outer ? at::kFloat : placement.precision;
  const std::int64_t gatedProducts = options_.gated ? weight.size(0) : 0;
  if (placement.device.is_cpu() && !placement.plain && canPackLinear(precision_, weight.size(1), gatedProducts)) {
    const NormBefore norm =
        options_.norm ? NormBefore{options_.norm->weight, options_.norm->bias, options_.norm->epsilon()} : NormBefore{};
    packed_ = packLinear(weight, bias, precision_, options_.norm ? &norm : nullptr, options_.activation, options_.slope,
                         options_.gated);
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
                            inOnePiece(residual));
  return second->forward(first->forward(x), residual);
}

}  // namespace heirloom::models
