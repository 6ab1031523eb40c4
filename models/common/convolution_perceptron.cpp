#include "models/common/convolution_perceptron.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"

namespace heirloom::models {

ConvolutionPerceptron::ConvolutionPerceptron(torch::nn::Module& owner, const std::string& name, int features,
                                             int hidden, int kernel, const LayerNorm& norm)
    : fc1_(features, hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm}),
      depthwise_(ConvolutionOptions{
          .in = hidden, .out = hidden, .kernel = kernel, .groups = hidden, .activation = Activation::Gelu}),
      fc2_(hidden, features) {
  const auto module = submodule(owner, name);
  module->register_module("fc1", fc1_);
  submodule(*submodule(*module, "dwconv"), "depthwise_conv")->register_module("0", depthwise_);
  module->register_module("fc2", fc2_);
}

at::Tensor ConvolutionPerceptron::forward(const at::Tensor& x) {
  const at::Tensor inner = fc1_->forward(x);
  return fc2_->forward(inner + toTokens(depthwise_->forward(toImage(inner))), x);
}

}  // namespace heirloom::models
