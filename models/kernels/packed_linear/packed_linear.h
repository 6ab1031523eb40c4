#pragma once

#include <torch/types.h>

#include "models/common/layer.h"

namespace heirloom::models {

/// A linear layer's weights laid out once for the kernel, and what the kernel does around the product.
struct PackedLinear {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  at::Tensor weights;      // bytes in panels, see rows.h
  std::int64_t panel = 0;  // output channels of a panel
  at::Tensor bias;         // float32, padded
  at::ScalarType precision = at::kFloat;
  bool normalise = false;  // a LayerNorm goes before the product
  double epsilon = 0;
  Activation activation = Activation::None;
  double slope = 0.01;
  bool gated = false;  // see LinearOptions

  /// Rows of the weights: twice the outputs where one half of them gates the other.
  std::int64_t products() const { return gated ? 2 * outputs : outputs; }
};

/// A LayerNorm over the inputs. Its weight and bias join those of the linear layer behind it: exact but for rounding.
struct NormBefore {
  at::Tensor weight, bias;
  double epsilon = 1e-5;
};

/// Whether the kernel computes such layers on this processor: float32 or bfloat16, the latter with even `inputs`; gated
/// ones with a multiple of 64 products, 0 for others.
bool canPackLinear(at::ScalarType precision, std::int64_t inputs, std::int64_t gatedProducts = 0);

/// `weight`: float32 outputs x inputs; `bias`: float32 outputs, or undefined; `norm`: null for none.
PackedLinear packLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision,
                        const NormBefore* norm = nullptr, Activation activation = Activation::None, double slope = 0.01,
                        bool gated = false);

/// activation(norm(x) W^T + bias + inner) + residual in one pass over `x`, contiguous in the layer's precision, inputs
/// last. `residual`, if given, has the result's shape and precision, `inner` the product's. Sums, norm and activation
/// in float32. Plain twin: Linear (models/common/linear.h) before it is placed.
at::Tensor packedLinear(const at::Tensor& x, const PackedLinear& layer, const at::Tensor& residual = {},
                        const at::Tensor& inner = {});

/// packedLinear(packedLinear(x, first), second, residual) whose intermediate result never leaves the cache.
at::Tensor packedPerceptron(const at::Tensor& x, const PackedLinear& first, const PackedLinear& second,
                            const at::Tensor& residual = {});

}  // namespace heirloom::models
