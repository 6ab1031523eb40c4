#include "models/instantir/initial_weights.h"

#include <torch/types.h>

#include <cmath>
#include <map>

#include "models/instantir/previewer_file.h"

namespace heirloom::models {
namespace {

/// What PyTorch fills layers with: uniform, the variance a third of 1 / `inputs`.
at::Tensor uniform(at::IntArrayRef shape, std::int64_t inputs) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  return (at::rand(shape) * 2 - 1) * bound;
}

std::int64_t inputsOf(const at::Tensor& weight) {
  return weight.numel() / weight.size(0);
}

std::string withEnd(const std::string& name, std::string_view from, std::string_view to) {
  return name.substr(0, name.size() - from.size()) + std::string(to);
}

/// As PyTorch makes layers: linear and convolutional ones uniform, norms without effect.
NamedTensors fresh(const NamedTensors& state) {
  const std::map<std::string, at::Tensor> shapes(state.begin(), state.end());
  NamedTensors made;
  for (const auto& [name, tensor] : state) {
    const at::Tensor weight = name.ends_with("bias") ? shapes.at(withEnd(name, "bias", "weight")) : tensor;
    if (weight.dim() > 1)
      made.emplace_back(name, uniform(tensor.sizes(), inputsOf(weight)));
    else
      made.emplace_back(name, name.ends_with("bias") ? at::zeros(tensor.sizes()) : at::ones(tensor.sizes()));
  }
  return made;
}

}  // namespace

NamedTensors initialAdapter(const InstantIrConfig& config, const WeightSource& unet) {
  const torch::NoGradGuard noGrad;
  const PictureUNet network(config);
  NamedTensors adapter;
  for (auto& [name, tensor] : fresh(stateOf(*network->image_proj))) {
    const bool isQuery = name == "latents";
    adapter.emplace_back("image_proj." + name,
                         isQuery ? at::randn(tensor.sizes()) / std::sqrt(config.resampler.width) : std::move(tensor));
  }
  for (const auto& place : network->ip_adapter->places()) {
    const std::string own = "ip_adapter." + place.number;
    for (const char* part : {".to_k", ".to_v"})
      adapter.emplace_back(own + part + "_ip.weight", unet(place.path + part + ".weight").to(at::kFloat));
    const std::int64_t width = adapter.back().second.size(0);
    for (const char* norm : {".ln_k_ip", ".ln_v_ip"}) {
      adapter.emplace_back(own + norm + ".linear.weight", at::zeros({2 * width, config.unet.embeddingWidth()}));
      adapter.emplace_back(own + norm + ".linear.bias", at::zeros({2 * width}));
    }
  }
  return adapter;
}

NamedTensors initialAggregator(const UNetConfig& config, const WeightSource& unet) {
  const torch::NoGradGuard noGrad;
  constexpr std::string_view kReference = "ref_", kHeads = "controlnet_";
  NamedTensors heads, aggregator;
  for (const auto& [name, tensor] : stateOf(*Aggregator(config))) {
    const std::string own = name.starts_with(kReference) ? name.substr(kReference.size()) : name;
    if (name.starts_with(kHeads))
      heads.emplace_back(name, tensor);
    else
      aggregator.emplace_back(name, unet(own).to(at::kFloat));
  }
  for (auto& [name, tensor] : fresh(heads)) {
    const bool isLast = name.ends_with(".1.weight") || name.ends_with(".1.bias");
    aggregator.emplace_back(name, isLast ? at::zeros_like(tensor) : std::move(tensor));
  }
  return aggregator;
}

NamedTensors initialPreviewer(const PictureUNet& network, std::int64_t rank) {
  const torch::NoGradGuard noGrad;
  const auto modules = network->named_modules();
  NamedTensors corrections;
  for (const std::string& path : adaptablePaths(network)) {
    const at::Tensor weight = modules[path]->named_parameters(/*recurse=*/false)["weight"];
    std::vector<std::int64_t> down = weight.sizes().vec(), up(down.size(), 1);
    up[0] = down[0], up[1] = rank, down[0] = rank;
    const std::string name = previewerName(path, network);
    corrections.emplace_back(name + ".lora_A.weight", uniform(down, inputsOf(weight)));
    corrections.emplace_back(name + ".lora_B.weight", at::zeros(up));
  }
  return corrections;
}

}  // namespace heirloom::models
