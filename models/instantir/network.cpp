#include "models/instantir/network.h"

#include "models/common/error.h"

namespace heirloom::models {

PictureUNetImpl::PictureUNetImpl(const InstantIrConfig& config)
    : unet(register_module("unet", UNet(config.unet))),
      image_proj(register_module("image_proj", Resampler(config.resampler))),
      ip_adapter(register_module("ip_adapter", ImageAdapter(unet, config.unet))) {}

InstantIrNetworks loadInstantIr(const InstantIrConfig& config, const WeightSource& source, const LowRanks& previewer,
                                const Placement& placement, const Holding& holding) {
  // Parameters made under the caller's inference mode could not take ordinary tensors.
  const c10::InferenceMode ordinary(false);
  const auto place = [&](torch::nn::Module& network, const std::string& prefix) {
    if (holding.stream)
      holding.stream->add(network, prefix);
    else
      loadPlaced(network, source, placement, prefix);
  };
  InstantIrNetworks made;
  made.main = PictureUNet(config);
  place(*made.main, "");
  if (holding.mergedPreviewer) {
    made.previewer = PictureUNet(config);
    loadPlaced(*made.previewer, mergedSource(source, previewer), placement);
  } else {
    adapt(made.main, previewer);
  }
  made.aggregator = Aggregator(config.unet);
  place(*made.aggregator, "aggregator.");
  return made;
}

void adapt(PictureUNet& network, const LowRanks& corrections) {
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  const auto modules = network->named_modules();
  std::string strangers;
  for (const auto& [path, correction] : corrections) {
    const auto* module = modules.find(path);
    auto* layer = module ? dynamic_cast<Adaptable*>(module->get()) : nullptr;
    if (layer)
      layer->adapt(correction);
    else
      strangers += (strangers.empty() ? "" : ", ") + path;
  }
  if (!strangers.empty()) {
    throw Error(HEIRLOOM_TEXT("instantir.lora", "the previewer corrects layers that the UNet does not have: %1")
                    .with(strangers),
                HEIRLOOM_TEXT("instantir.lora.remedy", "use the previewer that was trained on this UNet"));
  }
}

std::vector<std::string> adaptablePaths(const PictureUNet& network) {
  std::vector<std::string> paths;
  for (const auto& item : network->named_modules()) {
    if (dynamic_cast<const Adaptable*>(item.value().get())) paths.push_back(item.key());
  }
  return paths;
}

}  // namespace heirloom::models
