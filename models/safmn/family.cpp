#include "models/safmn/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/safmn/network.h"

namespace heirloom::models {
namespace {

struct SafmnTraits {
  using Config = SafmnConfig;
  using Network = Safmn;
  static constexpr std::string_view kName = "SAFMN";
  static constexpr int kMargin = 32;

  static Reading<SafmnConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"to_feat.weight", "feats.0.safm.mfr.0.weight", "feats.0.safm.aggr.weight",
                                           "feats.0.ccm.ccm.0.weight", "to_img.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks blocks that modulate on four scales", std::move(missing)};
    }
    SafmnConfig config;
    config.channels = sideOf(tensors, "to_feat.weight", 1);
    config.features = sideOf(tensors, "to_feat.weight", 0);
    config.blocks = countNumbered(tensors, "feats");
    config.hidden = sideOf(tensors, "feats.0.ccm.ccm.0.weight", 0);
    config.scale = squareRoot(sideOf(tensors, "to_img.0.weight", 0) / std::max(1, config.channels));
    if (config.features % SafmnConfig::kScales != 0) {
      return {std::nullopt, "its " + std::to_string(config.features) + " channels are no four shares", {}};
    }
    if (config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {"to_img.0.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const SafmnConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) + " channels";
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = SafmnConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double out = config.channels * config.scale * config.scale;
    // Of the depthwise convolutions the first sees all pixels, the others 1/4, 1/16 and 1/64.
    const double block = 9 * f / SafmnConfig::kScales * 85 / 64 + f * f + 10 * f * config.hidden;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + out) + config.blocks * block);
    descriptor.activationBytesPerPixel = 4 * std::max(6 * f + config.hidden, f + 2 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, SafmnConfig>> published() {
    return {{"SAFMN_DF2K_x4", {}},
            {"SAFMN_DF2K_x3", {.scale = 3}},
            {"SAFMN_DF2K_x2", {.scale = 2}},
            {"SAFMN_L_Real_LSDIR_x4", {.features = 128, .blocks = 16, .hidden = 256}}};
  }
};

}  // namespace

const Family kSafmn = NetworkFamily<SafmnTraits>::row();

}  // namespace heirloom::models
