#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/layer.h"

namespace heirloom::models {

/// GroupNorm over N C H W, statistics in float32, with SiLU behind it or not. Takes values of the session's precision
/// and gives the same. Placed on the CPU it is our kernel (models/kernels/group_norm) where that serves. Parameters are
/// not initialised: they come from a file.
class GroupNormImpl : public Layer {
 public:
  GroupNormImpl(std::int64_t groups, std::int64_t channels, double epsilon);

  at::Tensor forward(const at::Tensor& x);
  /// SiLU(forward(x)) in one pass.
  at::Tensor activated(const at::Tensor& x);
  void place(const Placement& placement) override;

  at::Tensor weight, bias;

 private:
  at::Tensor normed(const at::Tensor& x, bool activates) const;

  std::int64_t groups_;
  double epsilon_;
  bool plain_ = true;  // until placed
};
TORCH_MODULE(GroupNorm);

}  // namespace heirloom::models
