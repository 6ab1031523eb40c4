#include "models/instantir/session_networks.h"

#include <torch/types.h>

#include "models/instantir/previewer_file.h"

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

/// InstantIR's tensors as loadInstantIr names them. Time norms that a file lacks are those of before their training:
/// nothing is scaled or shifted (instantir.md 1.3).
class RestorerSource {
 public:
  RestorerSource(StateDict tensors, std::int64_t embedding) : tensors_(std::move(tensors)), embedding_(embedding) {}

  at::Tensor operator()(const std::string& name) const {
    const bool adapts = name.starts_with("image_proj.") || name.starts_with("ip_adapter.");
    const std::string key = adapts ? "adapter." + name : name;
    if (const std::size_t norm = key.find(".ln_"); adapts && norm != std::string::npos && !tensors_.contains(key)) {
      const std::int64_t width = tensors_.shape(key.substr(0, norm) + ".to_k_ip.weight").at(0);
      return key.ends_with("bias") ? at::zeros({2 * width}) : at::zeros({2 * width, embedding_});
    }
    return readTensor(tensors_, key);
  }

 private:
  StateDict tensors_;
  std::int64_t embedding_;
};

}  // namespace

SessionNetworks::SessionNetworks(StateDict tensors, DiffusionConfig config, const Placement& placement)
    : tensors_(std::move(tensors)),
      config_(std::move(config)),
      placement_(placement),
      tokenizers_{std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer")),
                  std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer_2"))} {}

WeightSource SessionNetworks::source(const std::string& part) const {
  return [tensors = tensors_.under(part)](const std::string& name) { return readTensor(tensors, name); };
}

SdxlVae& SessionNetworks::vae() {
  if (!vae_) vae_ = filled<SdxlVae>(config_.vae, source("vae"), ofVae(placement_));
  return vae_;
}

std::vector<TextEncoder>& SessionNetworks::textEncoders() {
  if (encoders_.empty()) {
    encoders_.push_back({tokenizers_[0], filled<ClipText>(config_.text1, source("text_encoder"), placement_)});
    encoders_.push_back({tokenizers_[1], filled<ClipText>(config_.text2, source("text_encoder_2"), placement_)});
  }
  return encoders_;
}

UNet& SessionNetworks::painter() {
  if (!painter_) painter_ = filled<UNet>(config_.unet, source("unet"), placement_);
  return painter_;
}

InstantIrNetworks& SessionNetworks::restorers() {
  if (restorers_) return *restorers_;
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  const InstantIrConfig config{config_.unet, config_.restoring.value().resampler};
  const StateDict corrections = tensors_.under("previewer_lora");
  std::vector<std::string> names;
  for (const auto& [name, entry] : corrections.entries()) names.push_back(name);
  const LowRanks previewer = readPreviewer(
      names, [&](const std::string& name) { return readTensor(corrections, name); }, PictureUNet(config));
  restorers_ = loadInstantIr(config, RestorerSource(tensors_, config_.unet.embeddingWidth()), previewer, placement_);
  return *restorers_;
}

DinoV2& SessionNetworks::dino() {
  if (!dino_) dino_ = filled<DinoV2>(config_.restoring.value().dino, source("dino"), placement_);
  return dino_;
}

at::Tensor SessionNetworks::seenIn(const at::Tensor& picture) {
  return dino()->forward(dinoPixels(picture, config_.restoring.value().preprocessing));
}

at::Tensor SessionNetworks::seenInNothing() {
  if (!nothing_.defined()) {
    const int side = config_.restoring.value().preprocessing.crop;
    nothing_ = dino()->forward(at::zeros({1, 3, side, side}, at::TensorOptions(placement_.device).dtype(at::kFloat)));
  }
  return nothing_;
}

}  // namespace heirloom::models
