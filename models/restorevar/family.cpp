#include "models/restorevar/family.h"

#include <algorithm>

#include "models/common/function_session.h"
#include "models/common/photo_work.h"
#include "models/common/weight_source.h"
#include "models/common/whole_photo.h"
#include "models/restorevar/cost.h"
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
    descriptor.parameters = restoreVarParameters(config);
    const double side = config.side();
    descriptor.flopPerPixel = 2 * costOf(config).total() / (side * side);
    descriptor.activationBytesPerPixel = kWholePhotoBytesPerPixel;
    return descriptor;
  }

  static Run start(RestoreVarNetwork network, const RestoreVarConfig& config, const Settings& settings,
                   const Placement& placement, Observer& observer) {
    const auto restoration = std::make_shared<Restoration>(std::move(network), config, settings, placement, observer);
    return [restoration](const at::Tensor& picture) { return (*restoration)(picture); };
  }

  static std::vector<std::pair<std::string, RestoreVarConfig>> published() { return {{"restorevar_d16", {}}}; }
};

const Family& row() {
  static const Family family = NetworkFamily<RestoreVarTraits>::row();
  return family;
}

/// Reads the weights when a session starts, each layer straight into the form that it computes with, so that nothing of
/// a network of gigabytes lies in memory twice.
class RestoreVarRestorer : public Restorer, public CountsWork {
 public:
  RestoreVarRestorer(StateDict tensors, const RestoreVarConfig& config, Descriptor descriptor)
      : tensors_(std::move(tensors)), config_(config), descriptor_(std::move(descriptor)) {}

  const Descriptor& descriptor() const override { return descriptor_; }
  double flopOf(const Settings& settings, std::int64_t height, std::int64_t width,
                const at::Device& device) const override {
    return 2 * photoCost(config_, restoreVarOptions(config_, settings), height, width, device.is_cpu());
  }

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    // Parameters made under the caller's inference mode could not take other tensors.
    const c10::InferenceMode ordinary(false);
    RestoreVarNetwork network(config_);
    loadPlaced(
        *network, [this](const std::string& name) { return readTensor(tensors_, name); }, placement);
    const auto make = [network, config = config_, placement, &observer](const Settings& chosen) {
      return RestoreVarTraits::start(network, config, chosen, placement, observer);
    };
    return std::make_unique<FunctionSession>(placement, settings, make, descriptor_.channels);
  }

 private:
  StateDict tensors_;
  RestoreVarConfig config_;
  Descriptor descriptor_;
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
