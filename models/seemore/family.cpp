#include "models/seemore/family.h"

#include <algorithm>
#include <numeric>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/seemore/network.h"

namespace heirloom::models {
namespace {

// Of the large files alone; their shapes do not tell how they treat the surroundings.
constexpr int kLargeGroups = 16;

const std::string kLocal = "body.0.local_block.block.";
const std::string kExperts = kLocal + "moe_layer.experts";

std::string rankKey(int expert) {
  return kExperts + "." + std::to_string(expert) + ".conv_1.weight";
}

struct SeemoReTraits {
  using Config = SeemoReConfig;
  using Network = SeemoRe;
  static constexpr std::string_view kName = "SeemoRe";
  static constexpr int kMargin = 32;  // what lies further away hardly shows

  static SeemoReConfig large(int scale) {
    return {.features = 48, .groups = kLargeGroups, .scale = scale, .shuffled = false, .shrinkings = 1};
  }

  static Reading<SeemoReConfig> read(const StateDict& tensors) {
    const std::string striped = "body.0.global_block.block.attn.conv.0.weight";
    if (auto missing = missingOf(tensors, {"conv_1.weight", rankKey(0), kLocal + "moe_layer.gate.body.2.weight",
                                           striped, "upsampler.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks blocks that choose among experts", std::move(missing)};
    }
    SeemoReConfig config;
    config.channels = sideOf(tensors, "conv_1.weight", 1);
    config.features = sideOf(tensors, "conv_1.weight", 0);
    config.groups = countNumbered(tensors, "body");
    config.ranks.clear();
    for (int i = 0; i < countNumbered(tensors, kExperts); ++i) config.ranks.push_back(sideOf(tensors, rankKey(i), 0));
    config.kernel = sideOf(tensors, striped, 3);
    config.scale = squareRoot(sideOf(tensors, "upsampler.0.weight", 0) / std::max(1, config.channels));
    if (config.groups >= kLargeGroups) {
      config.shuffled = false;
      config.shrinkings = 1;
    }
    if (std::ranges::find(config.ranks, 0) != config.ranks.end()) {
      return {std::nullopt, "its experts are not numbered from 0 on", {kExperts}};
    }
    if (config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {"upsampler.0.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const SeemoReConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups) + " groups, " + std::to_string(config.features) +
                               " channels, " + std::to_string(config.ranks.size()) + " experts";
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 1 << (2 * config.shrinkings);
    descriptor.margin = kMargin;
    descriptor.local = false;  // an expert is chosen for the picture
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double f = config.features, out = config.channels * config.scale * config.scale;
    const double rank =
        std::accumulate(config.ranks.begin(), config.ranks.end(), 0.0) / static_cast<double>(config.ranks.size());
    const double group = 21 * f * f + f * (24 + 3 * rank + 2 * config.kernel);
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + f + out) + config.groups * group);
    descriptor.activationBytesPerPixel = 4 * std::max(7 * f, 2 * f + 2 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, SeemoReConfig>> published() {
    std::vector<std::pair<std::string, SeemoReConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_X" + std::to_string(scale);
      networks.emplace_back("SeemoRe_T" + x, SeemoReConfig{.scale = scale});
      networks.emplace_back("SeemoRe_B" + x, SeemoReConfig{.features = 48, .groups = 8, .scale = scale});
      networks.emplace_back("SeemoRe_L" + x, large(scale));
    }
    return networks;
  }
};

}  // namespace

const Family kSeemoRe = NetworkFamily<SeemoReTraits>::row();

}  // namespace heirloom::models
