#pragma once

#include <torch/types.h>

#include <string_view>

namespace heirloom::models::onednn {

/// The fused convolutions that LibTorch holds for torch.compile, called through its dispatcher (performance.md 2.2.1).
/// CPU only; tensors channels-last, float32 or, where the processor has it, bfloat16.
struct Window {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// `weight` in the blocked form that the kernel likes; an opaque tensor.
at::Tensor packConvolution(const at::Tensor& weight, const Window& window);

/// convolution, then "none", "relu", "leaky_relu" (with its slope) or "gelu".
at::Tensor convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const Window& window,
                       std::string_view activation, double slope);

/// residual + convolution.
at::Tensor convolutionPlus(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& packed,
                           const at::Tensor& bias, const Window& window);

/// The same, in the residual's memory.
at::Tensor& addConvolution(at::Tensor& residual, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                           const Window& window);

}  // namespace heirloom::models::onednn
