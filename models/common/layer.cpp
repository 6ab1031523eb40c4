#include "models/common/layer.h"

namespace heirloom::models {

void placeLayers(torch::nn::Module& network, const Placement& placement) {
  const torch::NoGradGuard noGrad;
  // Shallow tensors first: a layer's own ones are placed again, and cheaply, by the layer.
  const auto move = [&](at::Tensor& tensor) { tensor.set_data(tensor.to(placement.device)); };
  for (auto& parameter : network.parameters()) move(parameter);
  for (auto& buffer : network.buffers()) move(buffer);
  for (const auto& module : network.modules()) {
    if (auto* layer = dynamic_cast<Layer*>(module.get())) layer->place(placement);
  }
}

void Layer::unload() {
  for (auto& parameter : parameters(/*recurse=*/false)) parameter.set_data(at::empty({0}, parameter.options()));
}

std::shared_ptr<torch::nn::Module> submodule(torch::nn::Module& owner, const std::string& name) {
  return owner.register_module(name, std::make_shared<torch::nn::Module>());
}

at::Tensor activated(at::Tensor x, Activation activation, double slope) {
  const bool inPlace = !x.requires_grad();
  switch (activation) {
    case Activation::None:
      return x;
    case Activation::Relu:
      return inPlace ? x.relu_() : x.relu();
    case Activation::LeakyRelu:
      return inPlace ? at::leaky_relu_(x, slope) : at::leaky_relu(x, slope);
    case Activation::Gelu:
      return inPlace ? at::gelu_(x) : at::gelu(x);
    case Activation::Silu:
      return inPlace ? at::silu_(x) : at::silu(x);
  }
  return x;
}

}  // namespace heirloom::models
