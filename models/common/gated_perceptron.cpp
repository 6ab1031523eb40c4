#include "models/common/gated_perceptron.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"

namespace heirloom::models {

GatedPerceptron::GatedPerceptron(torch::nn::Module& owner, const std::string& name, int features, int hidden,
                                 const LayerNorm& norm)
    : fc1_(features, hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm}),
      gateNorm_(hidden / 2),
      gate_(ConvolutionOptions{.in = hidden / 2, .out = hidden / 2, .groups = hidden / 2}),
      fc2_(hidden / 2, features) {
  const auto module = submodule(owner, name);
  module->register_module("fc1", fc1_);
  const auto gate = submodule(*module, "sg");
  gate->register_module("norm", gateNorm_);
  gate->register_module("conv", gate_);
  module->register_module("fc2", fc2_);
}

at::Tensor GatedPerceptron::forward(const at::Tensor& x) {
  const at::Tensor inner = fc1_->forward(x);
  const std::int64_t half = inner.size(3) / 2;
  const at::Tensor gate = toTokens(gate_->forward(toImage(gateNorm_->forward(inner.narrow(3, half, half)))));
  return fc2_->forward(inner.narrow(3, 0, half) * gate, x);
}

}  // namespace heirloom::models
