#pragma once

#include "models/common/convolution.h"

namespace heirloom::models {

/// A perceptron of convolutions in which one half of the hidden channels gates the other: project_out(gelu(a) * b) with
/// a, b = dwconv(project_in(x)) (Zamir et al., "Restormer", CVPR 2022: GDFN; taken over by others).
class GatedConvolutions {
 public:
  GatedConvolutions() = default;
  /// Registers "project_in", "dwconv" and "project_out" in `owner`. `hidden`: channels behind the gate.
  GatedConvolutions(torch::nn::Module& owner, int features, int hidden, bool bias = false);
  /// residual + the perceptron of x, N C H W.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);

  static double macsPerPixel(int features, int hidden) { return 3.0 * features * hidden + 18.0 * hidden; }

 private:
  Convolution project_in_{nullptr}, dwconv_{nullptr}, project_out_{nullptr};
};

}  // namespace heirloom::models
