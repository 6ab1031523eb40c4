#include "models/instantir/networks.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

/// Networks are made of ordinary tensors, whatever mode the run is in that first needs them.
template <typename Network, typename Config>
Network filled(const Config& config, const WeightSource& source, const Placement& placement) {
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  Network network(config);
  loadPlaced(*network, source, placement);
  return network;
}

// The autoencoder overflows in float16.
Placement ofVae(Placement placement) {
  if (placement.precision == at::kHalf) placement.precision = at::kFloat;
  return placement;
}

}  // namespace

InstantIrNetworks::InstantIrNetworks(StateDict tensors, InstantIrConfig config, const Placement& placement)
    : tensors_(std::move(tensors)),
      config_(std::move(config)),
      placement_(placement),
      tokenizers_{std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer")),
                  std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer_2"))} {}

WeightSource InstantIrNetworks::source(const std::string& part) const {
  return [tensors = tensors_.under(part)](const std::string& name) { return readTensor(tensors, name); };
}

SdxlVae& InstantIrNetworks::vae() {
  if (!vae_) vae_ = filled<SdxlVae>(config_.vae, source("vae"), ofVae(placement_));
  return vae_;
}

UNet& InstantIrNetworks::unet() {
  if (!unet_) unet_ = filled<UNet>(config_.unet, source("unet"), placement_);
  return unet_;
}

DinoV2& InstantIrNetworks::dino() {
  if (!dino_) dino_ = filled<DinoV2>(config_.restoring.value().dino, source("dino"), placement_);
  return dino_;
}

std::vector<TextEncoder>& InstantIrNetworks::textEncoders() {
  if (encoders_.empty()) {
    encoders_.push_back({tokenizers_[0], filled<ClipText>(config_.text1, source("text_encoder"), placement_)});
    encoders_.push_back({tokenizers_[1], filled<ClipText>(config_.text2, source("text_encoder_2"), placement_)});
  }
  return encoders_;
}

}  // namespace heirloom::models
