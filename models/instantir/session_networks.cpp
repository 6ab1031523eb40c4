#include "models/instantir/session_networks.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "models/common/error.h"
#include "models/common/notes.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "models/instantir/previewer_file.h"
#include "models/placement.h"

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

/// Free bytes of `device`. What is kept there for reuse, recordings too, goes where there are less than `wanted` beside
/// it.
std::uint64_t freeFor(std::uint64_t wanted, const at::Device& device) {
  const std::uint64_t beside = device.is_cpu() ? 0 : freeCudaMemory(device.index());
  return beside > wanted ? beside : freeMemoryOf(device);
}

/// Whether passes are what they are in every run. Where the host waits changes none, and for another layout all
/// networks are placed anew.
bool passesAreAsEver() {
  return std::ranges::all_of(allSavings(), [](const NamedSaving& each) {
    return each.saving == Saving::Ahead || each.saving == Saving::Layout || saves(each.saving);
  });
}

/// `fitting`: the most that there is room for; `corrects`: there is a previewer to merge.
WeightPolicy policyOf(WeightChoice wanted, WeightPolicy fitting, bool corrects) {
  switch (wanted) {
    case WeightChoice::Automatic:
      break;
    case WeightChoice::Resident:
      return std::min(fitting, WeightPolicy::Resident);
    case WeightChoice::Merged:
      return corrects ? WeightPolicy::Merged : WeightPolicy::Resident;
    case WeightChoice::Beside:
      return WeightPolicy::Resident;
    case WeightChoice::Offloaded:
      return WeightPolicy::Offloaded;
    case WeightChoice::Streamed:
      return WeightPolicy::Streamed;
  }
  return fitting;
}

Error tooSmall(std::uint64_t free, std::uint64_t needed) {
  return tooLittleMemory(
      needed, free,
      HEIRLOOM_TEXT("instantir.memory.remedy",
                    "close other programs, or let it see fewer pixels (setting max_side, longer side at most: 768)"));
}

}  // namespace

WeightSource restorerWeights(const StateDict& tensors, std::int64_t embedding) {
  return [tensors, embedding](const std::string& name) {
    const bool adapts = name.starts_with("image_proj.") || name.starts_with("ip_adapter.");
    const std::string key = adapts ? "adapter." + name : name;
    if (const std::size_t norm = key.find(".ln_"); adapts && norm != std::string::npos && !tensors.contains(key)) {
      const std::int64_t width = tensors.shape(key.substr(0, norm) + ".to_k_ip.weight").at(0);
      return key.ends_with("bias") ? at::zeros({2 * width}) : at::zeros({2 * width, embedding});
    }
    return readTensor(tensors, key);
  };
}

LowRanks previewerCorrections(const StateDict& tensors, const InstantIrConfig& config, const Checkpoint& checkpoint) {
  const StateDict corrections = tensors.under("previewer_lora");
  std::vector<std::string> names;
  for (const auto& [name, entry] : corrections.entries()) names.push_back(name);
  const auto read = [&](const std::string& name) {
    if (checkpoint) checkpoint();
    return readTensor(corrections, name);
  };
  return readPreviewer(names, read, PictureUNet(config));
}

SessionNetworks::SessionNetworks(StateDict tensors, DiffusionConfig config, const Placement& placement)
    : tensors_(std::move(tensors)),
      config_(std::move(config)),
      placement_(placement),
      bytes_(weightBytes(tensors_, placement)),
      tokenizers_{std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer")),
                  std::make_shared<const ClipTokenizer>(tokenizerOf(tensors_, "tokenizer_2"))} {}

void SessionNetworks::hold(WeightChoice wanted, std::int64_t pixels, Observer& observer) {
  observer_ = &observer;
  const ActivationBytes activations = activationBytes(pixels, placement_);
  const bool first = !std::exchange(asked_, true), channelsLast = saves(Saving::Layout);
  const bool asBefore = held_ == wanted && channelsLast_ == channelsLast;
  // From one session to the next all stay or none.
  if (asBefore && (!first || freeFor(activations.decoder, placement_.device) >= activations.decoder)) {
    offloadLoop();  // of a run that was stopped
    tellHeld(observer, nameOf(policy_));
    return;
  }
  drop();
  held_.reset();
  channelsLast_ = channelsLast;
  const std::uint64_t free = freeMemoryOf(placement_.device);
  policy_ = policyOf(wanted, policyFor(free, bytes_, activations), bytes_.corrections > 0);
  if (wanted == WeightChoice::Automatic) {
    // A GPU refuses what it has no room for; the system ends the program.
    const std::uint64_t least = most(WeightPolicy::Streamed, bytes_, activations);
    if (placement_.device.is_cpu() && free < least) throw tooSmall(free, least);
    if (policy_ > WeightPolicy::Resident) tell(observer, noteOn(policy_));
  }
  held_ = wanted;
  tellHeld(observer, nameOf(policy_));
}

void SessionNetworks::endSession() {
  observer_ = nullptr;
  asked_ = false;
  // What is not all there would have to be read by the next session, which had better choose anew.
  if (!std::exchange(economised_, false) && complete()) return;
  drop();
  held_.reset();
}

bool SessionNetworks::complete() const {
  const bool restores = config_.restoring.has_value();
  return policy_ <= WeightPolicy::Resident && vae_ && !encoders_.empty() &&
         (restores ? restorers_.has_value() && dino_ : !painter_.is_empty());
}

bool SessionNetworks::empty() const {
  return !vae_ && !tiny_ && encoders_.empty() && !painter_ && !restorers_ && !dino_;
}

std::int64_t SessionNetworks::picturesThatFit(std::int64_t pixels, std::int64_t wanted) const {
  // Not the loop's, which are fewer: of each picture recordings and what the run keeps need room too.
  const std::uint64_t each = activationBytes(pixels, placement_).decoder;
  return static_cast<std::int64_t>(freeFor(static_cast<std::uint64_t>(wanted) * each, placement_.device) / each);
}

void SessionNetworks::offload() {
  if (policy_ < WeightPolicy::Offloaded) return;
  vae_ = nullptr;
  dino_ = nullptr;
  encoders_.clear();
  // The C library keeps what it freed, in pieces that the next networks fit only partly.
  if (placement_.device.is_cpu()) releaseFreedMemory(placement_.device);
}

void SessionNetworks::offloadLoop() {
  if (policy_ != WeightPolicy::Offloaded || !(restorers_ || painter_)) return;
  restorers_.reset();
  painter_ = nullptr;
  // What they leave is in pieces that the decoder's maps do not fit.
  releaseFreedMemory(placement_.device);
}

void SessionNetworks::drop() {
  stream_.reset();  // may be reading for a block
  passes_.reset();
  restorers_.reset();
  painter_ = nullptr;
  vae_ = nullptr;
  tiny_ = nullptr;
  dino_ = nullptr;
  encoders_.clear();
}

bool SessionNetworks::economise() {
  if (policy_ == WeightPolicy::Streamed) return false;
  drop();
  releaseCudaMemory();
  economised_ = true;
  policy_ = static_cast<WeightPolicy>(static_cast<int>(policy_) + 1);
  if (!observer_) return true;
  tellHeld(*observer_, nameOf(policy_));
  if (const Message note = noteOn(policy_); !note.empty()) tell(*observer_, note);
  return true;
}

BlockWatch& SessionNetworks::watch(BlockWatch& asked) {
  if (!stream_) return asked;
  stream_->setAsked(&asked);
  return *stream_;
}

std::shared_ptr<RecordedPasses> SessionNetworks::passes() {
  if (policy_ == WeightPolicy::Streamed) return nullptr;
  // Beside networks that come and go there is no room for what waits for the next run.
  const bool stay = policy_ <= WeightPolicy::Resident && passesAreAsEver();
  if (stay && passes_) return passes_;
  std::unique_ptr<Graphs> graphs = graphsFor(placement_, [this](const Message& message) {
    if (observer_) tell(*observer_, message);
  });
  if (!graphs) return nullptr;
  auto made = std::make_shared<RecordedPasses>(std::move(graphs));
  if (stay) passes_ = made;
  return made;
}

WeightSource SessionNetworks::source(const std::string& part) const {
  return [tensors = tensors_.under(part)](const std::string& name) { return readTensor(tensors, name); };
}

WeightSource SessionNetworks::asking(WeightSource source) const {
  return [this, source = std::move(source)](const std::string& name) {
    requireGoing();
    return source(name);
  };
}

void SessionNetworks::requireGoing() const {
  if (observer_ && observer_->stopRequested()) throw Stopped{};
}

SdxlVae& SessionNetworks::vae() {
  if (!vae_) vae_ = filled<SdxlVae>(config_.vae, asking(source("vae")), ofVae(placement_));
  return vae_;
}

TinyDecoder* SessionNetworks::tinyDecoder() {
  if (!config_.tiny) return nullptr;
  if (!tiny_) tiny_ = filled<TinyDecoder>(*config_.tiny, asking(source("taesd")), placement_);
  return &tiny_;
}

std::vector<TextEncoder>& SessionNetworks::textEncoders() {
  if (encoders_.empty()) {
    const auto encoder = [&](std::size_t number, const ClipTextConfig& config, const char* part) {
      return TextEncoder{tokenizers_.at(number), filled<ClipText>(config, asking(source(part)), placement_)};
    };
    encoders_ = {encoder(0, config_.text1, "text_encoder"), encoder(1, config_.text2, "text_encoder_2")};
  }
  return encoders_;
}

UNet& SessionNetworks::painter() {
  if (painter_) return painter_;
  if (policy_ == WeightPolicy::Streamed) {
    const c10::InferenceMode ordinary(false);
    stream_ = std::make_unique<WeightStream>(source("unet"), placement_);
    UNet made(config_.unet);
    stream_->add(*made);
    painter_ = made;
  } else {
    painter_ = filled<UNet>(config_.unet, asking(source("unet")), placement_);
  }
  return painter_;
}

InstantIrNetworks& SessionNetworks::restorers() {
  if (restorers_) return *restorers_;
  const c10::InferenceMode ordinary(false);
  const torch::NoGradGuard noGrad;
  const InstantIrConfig config{config_.unet, config_.restoring.value().resampler};
  const LowRanks previewer = previewerCorrections(tensors_, config, [this] { requireGoing(); });
  const WeightSource weights = restorerWeights(tensors_, config_.unet.embeddingWidth());
  if (policy_ == WeightPolicy::Streamed) stream_ = std::make_unique<WeightStream>(weights, placement_);
  restorers_ = loadInstantIr(config, asking(weights), previewer, placement_,
                             {.mergedPreviewer = policy_ == WeightPolicy::Merged, .stream = stream_.get()});
  return *restorers_;
}

DinoV2& SessionNetworks::dino() {
  if (!dino_) dino_ = filled<DinoV2>(config_.restoring.value().dino, asking(source("dino")), placement_);
  return dino_;
}

at::Tensor SessionNetworks::seenIn(const at::Tensor& picture) {
  return dino()->forward(dinoPixels(picture, config_.restoring.value().preprocessing), [this] { requireGoing(); });
}

at::Tensor SessionNetworks::seenInNothing() {
  if (!nothing_.defined() || !saves(Saving::Constants)) {
    const int side = config_.restoring.value().preprocessing.crop;
    const auto nothing = at::zeros({1, 3, side, side}, at::TensorOptions(placement_.device).dtype(at::kFloat));
    nothing_ = dino()->forward(nothing, [this] { requireGoing(); });
  }
  return nothing_;
}

}  // namespace heirloom::models
