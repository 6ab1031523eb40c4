#include "models/safmnbcie/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/safmnbcie/network.h"

namespace heirloom::models {
namespace {

constexpr int kBlockSizeMultiple = 8;
constexpr int kShares = 4;  // of the channels, one a scale

struct SafmnBcieTraits {
  using Config = SafmnBcieConfig;
  using Network = SafmnBcie;
  static constexpr std::string_view kName = "SAFMN-BCIE";
  static constexpr int kMargin = 64;

  static Reading<SafmnBcieConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {"to_feat.1.weight", "feats.0.layers.0.safm.mfr.0.weight", "feats.0.layers.0.ccm.ccm.0.weight",
                      "feats.0.conv.weight", "to_img.0.weight", "to_img.2.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of blocks that modulate on four scales", std::move(missing)};
    }
    SafmnBcieConfig config;
    config.channels = sideOf(tensors, "to_img.2.weight", 0);
    config.features = sideOf(tensors, "to_feat.1.weight", 0);
    config.groups = countNumbered(tensors, "feats");
    config.blocks = countNumbered(tensors, "feats.0.layers");
    config.hidden = sideOf(tensors, "feats.0.layers.0.ccm.ccm.0.weight", 0);
    config.fold = squareRoot(sideOf(tensors, "to_feat.1.weight", 1) / std::max(1, config.channels));
    if (config.features % kShares != 0) {
      return {std::nullopt, "its " + std::to_string(config.features) + " channels are no four shares", {}};
    }
    if (config.fold == 0) {
      return {std::nullopt, "its first convolution sees no whole squares of pixels", {"to_feat.1.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const SafmnBcieConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups) + " groups of " + std::to_string(config.blocks) +
                               " blocks, " + std::to_string(config.features) + " channels";
    descriptor.purpose = Purpose::Deblock;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kBlockSizeMultiple * config.fold;
    descriptor.margin = kMargin;
    descriptor.local = false;
    const double f = config.features, folded = config.fold * config.fold;
    // Of the depthwise convolutions the first sees all pixels, the others 1/4, 1/16 and 1/64.
    const double block = 9 * f / kShares * 85 / 64 + f * f + 10 * f * config.hidden;
    const double ends = 9 * f * (config.channels * folded + f * folded + config.channels * folded);
    descriptor.flopPerPixel = 2 * (ends + config.groups * (config.blocks * block + 9 * f * f)) / folded;
    descriptor.activationBytesPerPixel = 4 * std::max((7 * f + config.hidden) / folded, 2 * f + 2 * f / folded);
    return descriptor;
  }

  static std::vector<std::pair<std::string, SafmnBcieConfig>> published() { return {{"SAFMN_BCIE", {}}}; }
};

}  // namespace

const Family kSafmnBcie = NetworkFamily<SafmnBcieTraits>::row();

}  // namespace heirloom::models
