#pragma once

#include "models/common/convolution.h"
#include "models/common/linear.h"

namespace heirloom::models {

/// A perceptron in which one half of the hidden channels gates the other: x + fc2(a * depthwise(norm(b))) with
/// a, b = gelu(fc1(norm(x))) (Chen et al., "Dual Aggregation Transformer", ICCV 2023: SGFN).
class GatedPerceptron {
 public:
  /// Registers "fc1", "sg.norm", "sg.conv" and "fc2" in a new module `name` of `owner`. `norm` is registered by the
  /// owner.
  GatedPerceptron(torch::nn::Module& owner, const std::string& name, int features, int hidden, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  Linear fc1_;
  LayerNorm gateNorm_;  // sg.norm
  Convolution gate_;    // sg.conv
  Linear fc2_;
};

}  // namespace heirloom::models
