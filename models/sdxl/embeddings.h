#pragma once

#include "models/common/linear.h"

namespace heirloom::models {

/// Numbers as waves of falling frequency: `values` of any shape to one dimension more of `width` (even), cosines first,
/// float32 (Vaswani et al. 2017 as in DDPM; instantir.md 2.6).
at::Tensor sinusoid(const at::Tensor& values, std::int64_t width);

/// linear_2(SiLU(linear_1(x))), float32 whatever the session's precision: it runs once a step.
class EmbeddingImpl : public torch::nn::Module {
 public:
  EmbeddingImpl(std::int64_t inputs, std::int64_t width);
  at::Tensor forward(const at::Tensor& x);

 private:
  Linear linear_1_, linear_2_;
};
TORCH_MODULE(Embedding);

/// What says when and how: time steps, the pooled text, sizes and crop. Owned by a network, whose names it registers:
/// "time_embedding" and "add_embedding".
class Conditions {
 public:
  Conditions(torch::nn::Module& owner, const struct UNetConfig& config);

  /// `steps`: S time steps; `pooled`: N P; `sizes`: N 6 in pixels (height and width of the picture, top and left of the
  /// crop, height and width of the target). Returns S N E in float32.
  at::Tensor embeddings(const at::Tensor& steps, const at::Tensor& pooled, const at::Tensor& sizes);

 private:
  std::int64_t timeWidth_, sizeWidth_, pooledWidth_;
  Embedding time_embedding_, add_embedding_;
};

}  // namespace heirloom::models
