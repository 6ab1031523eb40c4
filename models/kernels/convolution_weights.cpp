#include "models/kernels/convolution_weights.h"

namespace heirloom::models {

ConvolutionWeights::ConvolutionWeights(const char* type, const at::Tensor& weight, const at::Tensor& bias,
                                       std::int64_t columns) {
  TORCH_CHECK(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3 && weight.scalar_type() == at::kFloat &&
                  weight.is_cpu(),
              type, ": expected out in 3 3 float32 on the CPU, found ", weight.sizes(), " ", weight.toString());
  const std::int64_t out = weight.size(0);
  TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == out), type, ": expected ", out, " biases, found ",
              bias.sizes());
  in_ = static_cast<int>(weight.size(1));
  out_ = static_cast<int>(out);
  bias_ = at::zeros({(out + columns - 1) / columns * columns}, at::kFloat);
  if (bias.defined()) bias_.narrow(0, 0, out).copy_(bias);
}

}  // namespace heirloom::models
