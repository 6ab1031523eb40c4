#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/layer.h"

namespace heirloom::models {

/// BatchNorm over channels by the statistics of training: "weight", "bias", "running_mean", "running_var" and
/// "num_batches_tracked", which nobody reads. Its numbers stay in float32.
class BatchNormImpl : public Layer {
 public:
  explicit BatchNormImpl(std::int64_t channels, double epsilon = 1e-5);

  at::Tensor forward(const at::Tensor& x);  // N C H W
  void place(const Placement& placement) override;

  /// What a channel is multiplied by and what is added to it, float32: for whoever folds it into a convolution.
  struct Affine {
    at::Tensor factor, offset;
  };
  Affine affine() const;

 private:
  double epsilon_;
  at::Tensor weight_, bias_, running_mean_, running_var_, num_batches_tracked_;
};
TORCH_MODULE(BatchNorm);

}  // namespace heirloom::models
