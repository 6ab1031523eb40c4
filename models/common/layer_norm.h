#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/layer.h"

namespace heirloom::models {

/// LayerNorm over the last dimension, statistics in float32. Parameters are not initialised: they come from a file.
class LayerNormImpl : public Layer {
 public:
  explicit LayerNormImpl(std::int64_t channels, double epsilon = 1e-5);

  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;
  double epsilon() const { return epsilon_; }

  at::Tensor weight, bias;

 private:
  double epsilon_;
};
TORCH_MODULE(LayerNorm);

}  // namespace heirloom::models
