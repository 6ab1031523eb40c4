#include "models/instantir/family.h"

#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/kept_networks.h"
#include "models/common/network_shelf.h"
#include "models/common/photo_work.h"
#include "models/common/savings.h"
#include "models/common/unread_weights.h"
#include "models/common/whole_photo.h"
#include "models/instantir/cost.h"
#include "models/instantir/reading.h"
#include "models/instantir/restoration.h"

namespace heirloom::models {
namespace {

/// Of a square that the networks see as it is.
double flopPerPixel(const DiffusionConfig& config, const std::vector<Parameter>& parameters) {
  const InstantIrOptions options = optionsOf(Settings(parameters));
  const std::int64_t side = options.size.maxSide;
  return 2 * photoCost(config, options, planOf({side, side}, options, true)) / static_cast<double>(side * side);
}

Descriptor describe(const DiffusionConfig& config, const StateDict& tensors) {
  Descriptor descriptor;
  const bool restores = config.restoring.has_value();
  descriptor.family = restores ? "InstantIR" : "SDXL";
  std::string widths;
  for (const int width : config.unet.widths) {
    if (!widths.empty()) widths += '-';
    widths += std::to_string(width);
  }
  descriptor.configuration = "UNet of " + widths + " channels, text of " + std::to_string(config.unet.textWidth) +
                             ", latents of " + std::to_string(config.vae.factor()) + " pixels";
  descriptor.purpose = Purpose::Restore;
  descriptor.margin = kWholePhoto;
  descriptor.local = false;
  descriptor.deterministic = false;
  descriptor.mayShiftColours = true;
  descriptor.progressive = true;
  descriptor.takesPrompt = true;
  descriptor.generative = true;
  descriptor.parameters = instantIrParameters(restores, config.tiny.has_value());
  for (const auto& [name, entry] : tensors.entries()) descriptor.parameterCount += entry.numel();
  descriptor.storedAs = storedPrecision(tensors);
  descriptor.activationBytesPerPixel = kWholePhotoBytesPerPixel;
  descriptor.flopPerPixel = flopPerPixel(config, descriptor.parameters);
  return descriptor;
}

/// Keeps the networks for runs with other settings.
class InstantIrSession : public Session {
 public:
  InstantIrSession(std::shared_ptr<SessionNetworks> networks, const Settings& settings, Observer& observer,
                   NoiseSource* noise)
      : device_(networks->placement().device), restoration_(std::move(networks), settings, observer, noise) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    TORCH_CHECK(picture.dim() == 4 && picture.size(1) == 3, "Session: expected N 3 H W, found ", picture.sizes());
    return restoration_(picture.to(device_, at::kFloat));
  }
  void change(const Settings& settings) override { restoration_.change(settings); }

 private:
  at::Device device_;
  InstantIrRestoration restoration_;
};

/// Weights stay in their files until a session wants them in its precision; then in memory for the session after it.
class InstantIrRestorer : public Restorer,
                          public CountsWork,
                          public DecidesByPhoto,
                          public KeepsNetworks,
                          public ReadsWhenRun,
                          public SavesWork {
 public:
  InstantIrRestorer(StateDict tensors, DiffusionConfig config, Descriptor descriptor)
      : tensors_(std::move(tensors)), config_(std::move(config)), descriptor_(std::move(descriptor)) {}

  const Descriptor& descriptor() const override { return descriptor_; }
  double flopOf(const Settings& settings, std::int64_t height, std::int64_t width,
                const at::Device& device) const override {
    const InstantIrOptions options = optionsOf(settings);
    return 2 * photoCost(config_, options, planOf({height, width}, options, device.is_cpu()));
  }
  Settings decided(Settings settings, std::int64_t height, std::int64_t width,
                   const at::Device& device) const override {
    const PhotoMode mode = planOf({height, width}, optionsOf(settings), device.is_cpu()).mode;
    return withMode(std::move(settings), mode);
  }
  PixelSize resultSize(const Settings& settings, PixelSize photo) const override {
    const InstantIrOptions options = optionsOf(settings);
    return options.photo == "published" ? workingSize(photo, options.size) : photo;
  }
  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource* noise) const override {
    return std::make_unique<InstantIrSession>(networksOn(placement), settings, observer, noise);
  }
  std::vector<Saving> savings() const override {
    std::vector<Saving> made;
    for (const NamedSaving& each : allSavings()) {
      const bool restorersOwn = each.saving == Saving::Picture || each.saving == Saving::Skipping;
      if (config_.restoring || !restorersOwn) made.push_back(each.saving);
    }
    return made;
  }
  bool release() const override {
    const std::unique_ptr<SessionNetworks> kept = shelf_->clear();
    return kept && !kept->empty();
  }
  std::uint64_t bytesToRead(const Settings& settings, const Placement& placement) const override {
    const WeightChoice wanted = optionsOf(settings).weights;
    if (shelf_->has(placement, [&](const SessionNetworks& kept) { return kept.holdsAll(wanted); })) return 0;
    std::uint64_t bytes = 0;
    for (const auto& [name, entry] : tensors_.entries())
      bytes += static_cast<std::uint64_t>(entry.numel()) * itemSize(entry.dtype);
    return bytes;
  }

 private:
  std::shared_ptr<SessionNetworks> networksOn(const Placement& placement) const {
    std::unique_ptr<SessionNetworks> networks = shelf_->take(placement);
    if (!networks) networks = std::make_unique<SessionNetworks>(tensors_, config_, placement);
    return lent(std::move(networks), shelf_, [](SessionNetworks& used) { used.endSession(); });
  }

  StateDict tensors_;
  DiffusionConfig config_;
  Descriptor descriptor_;
  std::shared_ptr<NetworkShelf<SessionNetworks>> shelf_ = std::make_shared<NetworkShelf<SessionNetworks>>();
};

struct Read {
  StateDict tensors;
  Reading<DiffusionConfig> reading;
};

/// `restores`: InstantIR, or SDXL alone; each row takes its own.
Read readFor(const StateDict& given, bool restores) {
  Read read{withPresentNames(given), {}};
  read.reading = readDiffusion(read.tensors);
  if (read.reading.config && read.reading.config->restoring.has_value() != restores) {
    read.reading = {std::nullopt, restores ? "it is SDXL alone" : "it is more than SDXL", {}};
  }
  return read;
}

Match matchOf(const Read& read) {
  if (!read.reading.config) return {std::nullopt, read.reading.reason, read.reading.unfit};
  return {describe(*read.reading.config, read.tensors), {}, {}};
}

template <bool kRestores>
Match detect(const StateDict& tensors) {
  return matchOf(readFor(tensors, kRestores));
}

template <bool kRestores>
Loaded load(const StateDict& tensors) {
  Read read = readFor(tensors, kRestores);
  Loaded loaded{matchOf(read), nullptr};
  if (!loaded.match.descriptor) return loaded;
  const std::vector<std::string> unread = unreadKeys(read.tensors, *read.reading.config);
  const std::vector<std::string> uncorrected = uncorrectedLayersOf(read.tensors, *read.reading.config);
  const auto restorer = std::make_shared<InstantIrRestorer>(std::move(read.tensors), *std::move(read.reading.config),
                                                            *loaded.match.descriptor);
  if (!unread.empty()) {
    restorer->warn(HEIRLOOM_TEXT("instantir.unread", "the adapter holds %1 tensors that nothing reads, such as %2")
                       .with(std::to_string(unread.size()), unread.front()));
  }
  // Of a LoRA for any SDXL those of the picture branch are.
  if (!uncorrected.empty()) {
    restorer->warn(HEIRLOOM_TEXT("instantir.uncorrected",
                                 "layers for which the previewer's file has no correction: %1, the first of them %2")
                       .with(std::to_string(uncorrected.size()), uncorrected.front()));
  }
  loaded.restorer = restorer;
  return loaded;
}

// Nobody makes random weights of 11 GB for a test or a benchmark.
std::vector<PublicNetwork> none() {
  return {};
}

}  // namespace

const Family kInstantIr = {"InstantIR", detect<true>, load<true>, none};
const Family kSdxl = {"SDXL", detect<false>, load<false>, none};

}  // namespace heirloom::models
