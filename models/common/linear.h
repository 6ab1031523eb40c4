#pragma once

#include <torch/nn/pimpl.h>

#include <optional>

#include "models/common/layer_norm.h"
#include "models/kernels/packed_linear/packed_linear.h"

namespace heirloom::models {

struct LinearOptions {
  bool bias = true;
  Activation activation = Activation::None;
  double slope = 0.01;      // of LeakyRelu
  bool gated = false;       // instead of the activation: the first half of the outputs times the GELU of the second
                            // (Shazeer, "GLU Variants Improve Transformer", arXiv 2002.05202)
  LayerNorm norm{nullptr};  // applied to the input in the same pass; registered by whoever owns its name
  bool outer = false;       // the first or the last of a network: stays in float32
};

/// activation(norm(x) W^T + bias + inner) + residual over tokens (any leading dimensions); the input is converted to
/// the layer's precision. Placed on a CPU that can, it is our kernel with packed weights; otherwise LibTorch.
/// Parameters are not initialised.
class LinearImpl : public Layer {
 public:
  LinearImpl(std::int64_t inputs, std::int64_t outputs, LinearOptions options = {});

  at::Tensor forward(const at::Tensor& x, const at::Tensor& residual = {}, const at::Tensor& inner = {});
  void place(const Placement& placement) override;
  void dropUnpacked() override;
  void unload() override;

  const LinearOptions& options() const { return options_; }
  /// What the layer computes in, and its result comes in.
  at::ScalarType precision() const { return precision_; }
  /// Null unless placed on the kernel.
  const PackedLinear* packed() const { return packed_ ? &*packed_ : nullptr; }

  at::Tensor weight, bias;

 private:
  LinearOptions options_;
  at::ScalarType precision_ = at::kFloat;
  std::optional<PackedLinear> packed_;
};
TORCH_MODULE(Linear);

/// second(first(x)) + residual, in one pass where both are on the kernel.
at::Tensor perceptron(const at::Tensor& x, Linear& first, Linear& second, const at::Tensor& residual = {});

}  // namespace heirloom::models
