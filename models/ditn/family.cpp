#include "models/ditn/family.h"

#include <algorithm>

#include "models/common/gated_convolutions.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/ditn/network.h"

namespace heirloom::models {
namespace {

const std::string kInner = "UFONE.0.ITLs.0.";
const std::string kSpatial = "UFONE.0.SALs.0.";

struct DitnTraits {
  using Config = DitnConfig;
  using Network = Ditn;
  static constexpr std::string_view kName = "DITN";
  // A spatial layer reaches 12 pixels, and half as far with most of its weight.
  static constexpr int kMargin = 48;

  static Reading<DitnConfig> read(const StateDict& tensors) {
    const std::string perceptron = kInner + "ffn.project_in.weight";
    if (auto missing = missingOf(tensors, {"sft.weight", kInner + "attn.temperature", perceptron,
                                           kSpatial + "SDA.scale", "upsample.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks units that unfold the picture once", std::move(missing)};
    }
    DitnConfig config;
    config.channels = sideOf(tensors, "sft.weight", 1);
    config.features = sideOf(tensors, "sft.weight", 0);
    config.units = countNumbered(tensors, "UFONE");
    config.innerLayers = countNumbered(tensors, "UFONE.0.ITLs");
    config.spatialLayers = countNumbered(tensors, "UFONE.0.SALs");
    config.hidden = sideOf(tensors, perceptron, 0) / 2;
    config.bias = tensors.contains(kInner + "attn.project_out.bias");
    config.scale = squareRoot(sideOf(tensors, "upsample.0.weight", 0) / std::max(1, config.channels));
    if (config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {"upsample.0.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const DitnConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.units * (config.innerLayers + config.spatialLayers)) +
                               " layers, " + std::to_string(config.features) + " channels";
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = DitnConfig::kPatch;
    descriptor.margin = kMargin;
    descriptor.local = false;  // a chain of layers reaches further than is worth overlapping
    descriptor.mayShiftColours = true;
    const double f = config.features, out = config.channels * config.scale * config.scale;
    const double perceptron = GatedConvolutions::macsPerPixel(config.features, config.hidden);
    const double inner = 8 * f * f + perceptron, spatial = 6 * f * f + 74 * f + perceptron;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + f + out) +
                                   config.units * (config.innerLayers * inner + config.spatialLayers * spatial));
    descriptor.activationBytesPerPixel = 4 * std::max(2 * f + 5.0 * config.hidden, 3 * f + 2 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, DitnConfig>> published() {
    return {{"DITN_Real_x4", {}}, {"DITN_Real_x3", {.scale = 3}}, {"DITN_Real_x2", {.scale = 2}}};
  }
};

}  // namespace

const Family kDitn = NetworkFamily<DitnTraits>::row();

}  // namespace heirloom::models
