#include "models/common/res_block.h"

namespace heirloom::models {

ResBlockImpl::ResBlockImpl(int channels, bool bias)
    : first_(ConvolutionOptions{.in = channels, .out = channels, .bias = bias, .activation = Activation::Relu}),
      second_(ConvolutionOptions{.in = channels, .out = channels, .bias = bias}) {
  const auto res = submodule(*this, "res");
  res->register_module("0", first_);
  res->register_module("2", second_);
}

at::Tensor ResBlockImpl::forward(const at::Tensor& x, bool keeps) {
  const at::Tensor inner = first_->forward(x);
  return keeps ? second_->plus(x, inner) : second_->addTo(x, inner);
}

}  // namespace heirloom::models
