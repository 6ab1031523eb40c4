#include "models/plksr/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/plksr/network.h"

namespace heirloom::models {
namespace {

/// `real`: the row is RealPLKSR's.
template <bool real>
struct PlksrTraits {
  using Config = PlksrConfig;
  using Network = Plksr;
  static constexpr std::string_view kName = real ? "RealPLKSR" : "PLKSR";
  static constexpr int kMargin = 32;  // what lies further away hardly shows

  static Reading<PlksrConfig> read(const StateDict& tensors) {
    const std::string mixer = real ? "feats.1.channel_mixer." : "feats.1.channe_mixer.";
    if (auto missing = missingOf(tensors, {"feats.0.weight", mixer + "0.weight", mixer + "2.weight",
                                           "feats.1.lk.conv.weight", "feats.1.refine.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks blocks with a partial large kernel", std::move(missing)};
    }
    PlksrConfig config;
    config.real = real;
    const int modules = countNumbered(tensors, "feats");
    const std::string last = "feats." + std::to_string(modules - 1) + ".weight";
    config.channels = sideOf(tensors, "feats.0.weight", 1);
    config.features = sideOf(tensors, "feats.0.weight", 0);
    config.blocks = modules - (real ? 3 : 2);
    config.scale = squareRoot(sideOf(tensors, last, 0) / std::max(1, config.channels));
    config.kernel = sideOf(tensors, "feats.1.lk.conv.weight", 2);
    config.partial = sideOf(tensors, "feats.1.lk.conv.weight", 0);
    config.mixerFirst = sideOf(tensors, mixer + "0.weight", 2);
    config.mixerSecond = sideOf(tensors, mixer + "2.weight", 2);
    config.attention = tensors.contains("feats.1.attn.f.0.weight");
    config.layerNorm = tensors.contains("feats.1.layer_norm.weight");
    config.dySample = tensors.contains("to_img.init_pos");
    if (config.scale == 0) return {std::nullopt, "its last convolution makes no whole enlargement", {last}};
    if (config.partial >= config.features || config.blocks < 1) {
      return {std::nullopt, "its large kernels see all channels", {"feats.1.lk.conv.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const PlksrConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) +
                               " channels, kernels of " + std::to_string(config.kernel) +
                               (config.layerNorm ? ", layer norm" : "") + (config.dySample ? ", DySample" : "");
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = config.real && !config.layerNorm;  // group norm
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double taps = config.mixerFirst * config.mixerFirst + config.mixerSecond * config.mixerSecond;
    const double out = config.channels * config.scale * config.scale;
    const double block = 2 * f * f * taps +
                         static_cast<double>(config.kernel) * config.kernel * config.partial * config.partial +
                         (config.attention ? 9 * f * f : 0) + f * f;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + out) + config.blocks * block);
    descriptor.activationBytesPerPixel = 4 * std::max(7 * f, f + (config.dySample ? 12 : 3) * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, PlksrConfig>> published() {
    std::vector<std::pair<std::string, PlksrConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_x" + std::to_string(scale);
      if (!real) {
        networks.emplace_back("plksr" + x, PlksrConfig{.scale = scale});
        networks.emplace_back(
            "plksr_tiny" + x,
            PlksrConfig{.blocks = 12, .scale = scale, .kernel = 13, .mixerSecond = 3, .attention = false});
        continue;
      }
      const PlksrConfig plain{.scale = scale, .mixerSecond = 3, .real = true};
      PlksrConfig sampled = plain, normed = plain;
      sampled.dySample = true;
      normed.layerNorm = true;
      networks.emplace_back("realplksr" + x, plain);
      networks.emplace_back("realplksr_dysample" + x, sampled);
      networks.emplace_back("realplksr_layer_norm" + x, normed);
    }
    return networks;
  }
};

}  // namespace

const Family kPlksr = NetworkFamily<PlksrTraits<false>>::row();
const Family kRealPlksr = NetworkFamily<PlksrTraits<true>>::row();

}  // namespace heirloom::models
