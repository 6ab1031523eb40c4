#pragma once

#include <torch/nn/module.h>

#include "models/restorer.h"

namespace heirloom::models {

/// What follows a layer in the same pass. LeakyRelu's slope is given beside it.
enum class Activation { None, Relu, LeakyRelu, Gelu };

/// A module that computes the same in several ways. Before `place` it is plain float32 and can be trained; after it, it
/// may compute in another precision, from packed weights, on another device, and only infer.
class Layer : public torch::nn::Module {
 public:
  virtual void place(const Placement& placement) = 0;
};

/// Calls `place` of every Layer in `network`.
void placeLayers(torch::nn::Module& network, const Placement& placement);

at::Tensor activated(at::Tensor x, Activation activation, double slope = 0.01);

}  // namespace heirloom::models
