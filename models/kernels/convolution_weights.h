#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// What the weights of our 3x3 convolutions have in common; each kernel keeps them in the order in which it reads them.
/// Immutable, cheap to copy.
class ConvolutionWeights {
 public:
  int in() const { return in_; }
  int out() const { return out_; }
  /// Float32, behind the last channel zero up to whole chunks of output channels.
  const float* bias() const { return bias_.const_data_ptr<float>(); }

 protected:
  /// `weight` out in 3 3 and `bias` out (or undefined), float32 on the CPU; a chunk has `columns` output channels.
  /// Throws c10::Error, naming the `type` of weights, on another shape or type.
  ConvolutionWeights(const char* type, const at::Tensor& weight, const at::Tensor& bias, std::int64_t columns);

  at::Tensor weights_;

 private:
  int in_;
  int out_;
  at::Tensor bias_;
};

}  // namespace heirloom::models
