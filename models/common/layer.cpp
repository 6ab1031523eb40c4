#include "models/common/layer.h"

namespace heirloom::models {

void placeLayers(torch::nn::Module& network, const Placement& placement) {
  for (const auto& module : network.modules()) {
    if (auto* layer = dynamic_cast<Layer*>(module.get())) layer->place(placement);
  }
}

at::Tensor activated(at::Tensor x, Activation activation, double slope) {
  switch (activation) {
    case Activation::None:
      return x;
    case Activation::Relu:
      return at::relu(x);
    case Activation::LeakyRelu:
      return at::leaky_relu(x, slope);
    case Activation::Gelu:
      return at::gelu(x);
  }
  return x;
}

}  // namespace heirloom::models
