#pragma once

#include "models/common/convolution.h"
#include "models/common/linear.h"

namespace heirloom::models {

/// A perceptron whose hidden pixels look around them: x + fc2(h + gelu(depthwise(h))) with h = gelu(fc1(norm(x)))
/// (Zhou et al., "SRFormer", ICCV 2023: ConvFFN; taken over by others).
class ConvolutionPerceptron {
 public:
  /// Registers "fc1", "dwconv.depthwise_conv.0" and "fc2" in a new module `name` of `owner`. `norm` is registered by
  /// the owner; `kernel`: side of the depthwise convolution.
  ConvolutionPerceptron(torch::nn::Module& owner, const std::string& name, int features, int hidden, int kernel,
                        const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  Linear fc1_;
  Convolution depthwise_;
  Linear fc2_;
};

}  // namespace heirloom::models
