#include "models/common/weight_source.h"

#include <torch/utils.h>

#include "models/common/convolution.h"
#include "models/common/error.h"
#include "models/common/layer_norm.h"
#include "models/common/linear.h"
#include "models/placement.h"

namespace heirloom::models {
namespace {

// What placing the layers of a network may leave behind in holes that the next ones do not fit.
constexpr std::uint64_t kMostKept = 512 << 20;

/// Whether placing `module` makes nothing of its values but another type; whatever folds or packs them, and all other
/// modules, take them in float32.
bool onlyConverts(const torch::nn::Module& module, const Placement& placement) {
  if (placement.device.is_cpu() && !placement.plain) return false;
  if (const auto* convolution = dynamic_cast<const ConvolutionImpl*>(&module)) return convolution->options().gain == 1;
  return dynamic_cast<const LinearImpl*>(&module) != nullptr;
}

/// The module's own parameters, not those of its children. What was unloaded has lost its shape.
void fill(torch::nn::Module& module, const WeightSource& source, const std::string& prefix, bool widened) {
  for (auto& item : module.named_parameters(/*recurse=*/false)) {
    at::Tensor& parameter = item.value();
    const at::Tensor values = source(prefix + item.key());
    if (parameter.numel() > 0 && parameter.sizes() != values.sizes()) {
      throw Error(HEIRLOOM_TEXT("weights.shape", "tensor %1 has another shape").with(prefix + item.key()),
                  HEIRLOOM_TEXT("weights.shape.remedy", "the file belongs to another model"));
    }
    parameter.set_data(widened ? values.to(at::kFloat) : values);
  }
}

/// `layerPlaced` is called behind every layer.
template <typename LayerPlaced>
void placeParts(const std::vector<NamedPart>& parts, const WeightSource& source, const Placement& placement,
                const LayerPlaced& layerPlaced) {
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  // Linear layers take their norms into their own weights, whoever stands first.
  for (const bool norms : {true, false}) {
    for (const auto& [module, prefix] : parts) {
      if ((dynamic_cast<LayerNormImpl*>(module) != nullptr) != norms) continue;
      fill(*module, source, prefix, /*widened=*/!onlyConverts(*module, placement));
      if (auto* layer = dynamic_cast<Layer*>(module)) {
        layer->place(placement);
        layer->dropUnpacked();
        layerPlaced();
      }
      // What the layer left where it was, a bias that it only makes others of, say.
      for (auto& parameter : module->parameters(/*recurse=*/false)) parameter.set_data(parameter.to(placement.device));
    }
  }
}

}  // namespace

std::vector<NamedPart> partsOf(torch::nn::Module& module, const std::string& prefix) {
  std::vector<NamedPart> parts = {{&module, prefix}};
  for (const auto& item : module.named_modules(/*name_prefix=*/"", /*include_self=*/false))
    parts.push_back({item.value().get(), prefix + item.key() + "."});
  return parts;
}

void loadPlaced(const std::vector<NamedPart>& parts, const WeightSource& source, const Placement& placement) {
  placeParts(parts, source, placement, [] {});
}

void loadPlaced(torch::nn::Module& module, const WeightSource& source, const Placement& placement,
                const std::string& prefix) {
  placeParts(partsOf(module, prefix), source, placement, [&] {
    if (placement.device.is_cpu() && keptMemory() > kMostKept) releaseFreedMemory(placement.device);
  });
}

}  // namespace heirloom::models
