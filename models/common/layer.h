#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>

#include "models/restorer.h"

namespace heirloom::models {

/// What a layer does to its result before it leaves it.
enum class Activation { None, Relu, LeakyRelu, Gelu, Silu };

/// A layer that computes in a session's precision and may keep its weights in the form that the device likes best.
/// Before it is placed it computes in float32 and can be trained.
class Layer : public torch::nn::Module {
 public:
  /// Weights to the device and precision. Called once, on a session's own copy of the network.
  virtual void place(const Placement& placement) = 0;

  /// Frees the parameters where the placed layer computes with a packed form of them. They must not be read, trained or
  /// placed afterwards.
  virtual void dropUnpacked() {}
  /// Frees the parameters and whatever was made of them. The layer computes again once it was filled and placed anew.
  virtual void unload();
};

/// Places every Layer below `network`; other parameters and buffers go to the device in float32.
void placeLayers(torch::nn::Module& network, const Placement& placement);

/// An empty module `name` of `owner`, under which others are registered: a level of the names in a file.
std::shared_ptr<torch::nn::Module> submodule(torch::nn::Module& owner, const std::string& name);

/// `activation` of `x`, in place where nobody needs `x` for gradients.
at::Tensor activated(at::Tensor x, Activation activation, double slope = 0.01);

}  // namespace heirloom::models
