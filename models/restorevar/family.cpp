#include "models/restorevar/family.h"

#include <algorithm>

#include "models/common/kept_networks.h"
#include "models/common/network_family.h"
#include "models/common/network_shelf.h"
#include "models/common/out_of_memory.h"
#include "models/common/photo_work.h"
#include "models/common/weight_source.h"
#include "models/common/whole_photo.h"
#include "models/placement.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/placed_network.h"
#include "models/restorevar/reading.h"
#include "models/restorevar/restoration.h"

namespace heirloom::models {
namespace {

struct RestoreVarTraits {
  using Config = RestoreVarConfig;
  using Network = RestoreVarNetwork;
  static constexpr std::string_view kName = "RestoreVAR";

  static Reading<RestoreVarConfig> read(const StateDict& tensors) { return readRestoreVar(tensors); }

  /// Tables that follow from the configuration, and counters of training.
  static std::vector<std::string> ignorable() {
    return {"zero_k_bias", "lvl_1L",          "lvl_1L_cond",     "attn_bias_for_masking",
            "freqs_cis",   "freqs_cis_cross", "ema_vocab_hit_SV"};
  }

  static Descriptor describe(const RestoreVarConfig& config) {
    Descriptor descriptor;
    const VarConfig& var = config.var;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(var.depth) + " blocks, " + std::to_string(var.width) + " channels, " +
                               std::to_string(var.scales()) + " scales, " + std::to_string(config.vae.vocabulary) +
                               " codes, squares of " + std::to_string(config.side());
    descriptor.purpose = Purpose::Restore;
    // The session cuts photos itself, because tiles need the whole picture's light.
    descriptor.margin = kWholePhoto;
    descriptor.local = false;
    // Flips and turns of a photo would be restored to other textures, whose mean is a blur.
    descriptor.deterministic = false;
    descriptor.progressive = true;
    descriptor.generative = true;  // its codes paint texture that the photo does not have
    descriptor.parameters = restoreVarParameters(config);
    const double side = config.side();
    descriptor.flopPerPixel = 2 * costOf(config).total() / (side * side);
    descriptor.activationBytesPerPixel = kWholePhotoBytesPerPixel;
    return descriptor;
  }

  static Run start(RestoreVarNetwork network, const RestoreVarConfig& config, const Settings& settings,
                   const Placement& placement, Observer& observer) {
    const auto restoration = std::make_shared<Restoration>(std::move(network), config, settings, placement, observer,
                                                           graphsFor(placement, observer));
    return [restoration](const at::Tensor& picture) { return (*restoration)(picture); };
  }

  static std::vector<std::pair<std::string, RestoreVarConfig>> published() { return {{"restorevar_d16", {}}}; }
};

const Family& row() {
  static const Family family = NetworkFamily<RestoreVarTraits>::row();
  return family;
}

/// Runs with the network of the session before it where there is one.
class RestoreVarSession : public Session {
 public:
  RestoreVarSession(std::shared_ptr<PlacedRestoreVar> placed, const Settings& settings, Observer& observer)
      : placed_(std::move(placed)), graphs_(placed_->graphs(observer)), settings_(settings), observer_(observer) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    TORCH_CHECK(picture.dim() == 4 && picture.size(1) == 3, "Session: expected N 3 H W, found ", picture.sizes());
    const at::Device device = placed_->placement().device;
    try {
      return restored(picture);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      // On a GPU recordings may be in the way; where there are none, whoever runs this goes on with the processor.
      if (!isOutOfMemory(error) || !(device.is_cpu() || Graphs::releaseAll())) throw;
    }
    if (!device.is_cpu()) return restored(picture);
    placed_->drop();
    releaseFreedMemory(device);
    throw noRoomFor(*placed_);
  }
  void change(const Settings& settings) override { settings_ = settings; }

 private:
  at::Tensor restored(const at::Tensor& picture) {
    const Placement& placement = placed_->placement();
    Restoration restoration(placed_->network(observer_), placed_->config(), settings_, placement, observer_, graphs_);
    return restoration(picture.to(placement.device, at::kFloat));
  }

  std::shared_ptr<PlacedRestoreVar> placed_;
  std::shared_ptr<Graphs> graphs_;  // of the placed network; null: every run as it is
  Settings settings_;
  Observer& observer_;
};

/// Weights stay in their files until a session wants them; then in memory for the session after it.
class RestoreVarRestorer : public Restorer, public CountsWork, public DecidesByPhoto, public KeepsNetworks {
 public:
  RestoreVarRestorer(StateDict tensors, const RestoreVarConfig& config, Descriptor descriptor)
      : tensors_(std::move(tensors)), config_(config), descriptor_(std::move(descriptor)) {}

  const Descriptor& descriptor() const override { return descriptor_; }
  double flopOf(const Settings& settings, std::int64_t height, std::int64_t width,
                const at::Device& device) const override {
    return 2 * photoCost(config_, restoreVarOptions(config_, settings), height, width, device.is_cpu());
  }
  Settings decided(Settings settings, std::int64_t height, std::int64_t width,
                   const at::Device& device) const override {
    const SquareMode mode = restoreVarOptions(config_, settings).modeOf(height, width, device.is_cpu());
    return withMode(std::move(settings), mode);
  }
  PixelSize resultSize(const Settings& settings, PixelSize photo) const override {
    const std::int64_t side = config_.side();
    return restoreVarOptions(config_, settings).size == "published" ? PixelSize{side, side} : photo;
  }
  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    std::unique_ptr<PlacedRestoreVar> placed = shelf_->take(placement);
    if (!placed) placed = std::make_unique<PlacedRestoreVar>(tensors_, config_, placement);
    return std::make_unique<RestoreVarSession>(
        lent(std::move(placed), shelf_, [](PlacedRestoreVar& used) { used.endSession(); }), settings, observer);
  }
  bool release() const override {
    const std::unique_ptr<PlacedRestoreVar> kept = shelf_->clear();
    return kept && !kept->empty();
  }

 private:
  StateDict tensors_;
  RestoreVarConfig config_;
  Descriptor descriptor_;
  std::shared_ptr<NetworkShelf<PlacedRestoreVar>> shelf_ = std::make_shared<NetworkShelf<PlacedRestoreVar>>();
};

Loaded loadRestoreVar(const StateDict& given) {
  StateDict tensors = withoutTrainer(given);
  Loaded loaded{row().detect(tensors), nullptr};
  if (!loaded.match.descriptor) return loaded;
  const RestoreVarConfig config = *RestoreVarTraits::read(tensors).config;
  loaded.restorer = std::make_shared<RestoreVarRestorer>(std::move(tensors), config, *loaded.match.descriptor);
  return loaded;
}

}  // namespace

std::optional<RestoreVarConfig> detectRestoreVar(const StateDict& tensors) {
  return NetworkFamily<RestoreVarTraits>::configOf(withoutTrainer(tensors));
}

const Family kRestoreVar = {RestoreVarTraits::kName,
                            [](const StateDict& tensors) { return row().detect(withoutTrainer(tensors)); },
                            loadRestoreVar, row().published};

const FolderLayout kRestoreVarFolder = {RestoreVarTraits::kName,
                                        {{"var", {"restorevar.pth", "restorevar.safetensors"}},
                                         {"vae", {"vae_restorevar.ckpt", "vae_restorevar.safetensors"}}}};

}  // namespace heirloom::models
