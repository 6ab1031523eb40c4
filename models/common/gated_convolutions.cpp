#include "models/common/gated_convolutions.h"

#include <torch/types.h>

namespace heirloom::models {

GatedConvolutions::GatedConvolutions(torch::nn::Module& owner, int features, int hidden, bool bias) {
  const auto add = [&owner](const char* name, const ConvolutionOptions& options) {
    return owner.register_module(name, Convolution(options));
  };
  project_in_ = add("project_in", {.in = features, .out = 2 * hidden, .kernel = 1, .bias = bias});
  dwconv_ = add("dwconv", {.in = 2 * hidden, .out = 2 * hidden, .groups = 2 * hidden, .bias = bias});
  project_out_ = add("project_out", {.in = hidden, .out = features, .kernel = 1, .bias = bias});
}

at::Tensor GatedConvolutions::plus(const at::Tensor& residual, const at::Tensor& x) {
  const at::Tensor inner = dwconv_->forward(project_in_->forward(x));
  const std::int64_t half = inner.size(1) / 2;
  return project_out_->plus(residual, at::gelu(inner.narrow(1, 0, half)) * inner.narrow(1, half, half));
}

}  // namespace heirloom::models
