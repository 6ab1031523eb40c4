#include "models/rcan/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/rcan/network.h"

namespace heirloom::models {
namespace {

struct RcanTraits {
  using Config = RcanConfig;
  using Network = Rcan;
  static constexpr std::string_view kName = "RCAN";
  static constexpr int kMargin = 16;

  static Reading<RcanConfig> read(const StateDict& tensors) {
    const std::string head = tensors.contains("head.1.weight") ? "head.1.weight" : "head.0.weight";
    const std::string block = "body.0.body.0.body.";
    if (auto missing = missingOf(tensors, {head, block + "0.weight", block + "3.conv_du.0.weight", "tail.1.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of blocks with channel attention", std::move(missing)};
    }
    RcanConfig config;
    config.channels = sideOf(tensors, "tail.1.weight", 0);
    config.features = sideOf(tensors, head, 0);
    config.groups = countNumbered(tensors, "body") - 1;
    config.blocks = countNumbered(tensors, "body.0.body") - 1;
    config.reduced = sideOf(tensors, block + "3.conv_du.0.weight", 0);
    config.kernel = sideOf(tensors, head, 2);
    config.enlargement = shuffledScale(tensors, "tail.0");
    config.unshuffle = squareRoot(sideOf(tensors, head, 1) / std::max(1, config.channels));
    config.normalised = tensors.contains("sub_mean.weight");
    if (config.unshuffle == 0 || config.enlargement == 0 || config.enlargement % config.unshuffle != 0) {
      return {std::nullopt, "its layers make no whole enlargement", {head}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const RcanConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups) + " groups of " + std::to_string(config.blocks) +
                               " blocks, " + std::to_string(config.features) + " channels" +
                               (config.unshuffle > 1 ? ", input folded by " + std::to_string(config.unshuffle) : "");
    descriptor.purpose = config.scale() > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale();
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.unshuffle;
    descriptor.margin = kMargin * config.unshuffle;
    descriptor.local = false;  // channels are weighed by their means over the picture
    descriptor.wholeStatistics = true;
    const double f = config.features;
    const double taps = config.kernel * config.kernel;
    const double folded = config.unshuffle * config.unshuffle;
    double macs = taps * f * (config.channels * folded + f * (config.groups * (2.0 * config.blocks + 1) + 1));
    double pixels = 1;
    for (const int factor : shuffleFactors(config.enlargement)) macs += 9 * f * f * (pixels *= factor * factor);
    macs += taps * f * config.channels * pixels;
    descriptor.flopPerPixel = 2 * macs / folded;
    descriptor.activationBytesPerPixel = 4 * std::max(6 * f, 2 * f * pixels) / folded;
    return descriptor;
  }

  static std::vector<std::pair<std::string, RcanConfig>> published() {
    return {{"RCAN_BIX4", {}},
            {"RCAN_BIX2", {.enlargement = 2}},
            {"RCAN_BIX3", {.enlargement = 3}},
            {"RCAN_BIX8", {.enlargement = 8}},
            {"2x_rcan_unshuffle", {.unshuffle = 2, .normalised = false}}};
  }
};

}  // namespace

const Family kRcan = NetworkFamily<RcanTraits>::row();

}  // namespace heirloom::models
