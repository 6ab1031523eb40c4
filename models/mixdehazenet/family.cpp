#include "models/mixdehazenet/family.h"

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mixdehazenet/network.h"

namespace heirloom::models {
namespace {

struct MixDehazeNetTraits {
  using Config = MixDehazeNetConfig;
  using Network = MixDehazeNet;
  static constexpr std::string_view kName = "MixDehazeNet";
  static constexpr int kMargin = 64;

  static Reading<MixDehazeNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {"patch_embed.proj.weight", "layer1.blocks.0.conv3_19.weight", "layer2.blocks.0.conv1.weight",
                      "layer3.blocks.0.conv1.weight", "fusion1.mlp.0.weight", "patch_unembed.proj.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks blocks of kernels of three sizes", std::move(missing)};
    }
    MixDehazeNetConfig config;
    config.channels = sideOf(tensors, "patch_embed.proj.weight", 1);
    for (std::size_t i = 0; i < config.features.size(); ++i)
      config.features[i] = sideOf(tensors, "layer" + std::to_string(i + 1) + ".blocks.0.conv1.weight", 0);
    for (std::size_t i = 0; i < config.depths.size(); ++i)
      config.depths[i] = countNumbered(tensors, "layer" + std::to_string(i + 1) + ".blocks");
    for (const int features : config.features) {
      if (features < 8) return {std::nullopt, "it has too few channels to weigh pixels", {"patch_embed.proj.weight"}};
    }
    return {config, {}, {}};
  }

  static std::vector<std::string> ignorable() { return {"num_batches_tracked"}; }

  static Descriptor describe(const MixDehazeNetConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features[0]) + " channels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = MixDehazeNetConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // channels are weighed by their means over the picture
    descriptor.wholeStatistics = true;
    const auto block = [](double f) { return (1 + 25 + 32 + 1 + 0.125) * f * f + 92 * f; };
    double macs = 9.0 * config.features[0] * (2 * config.channels + 1);
    for (std::size_t i = 0; i < config.depths.size(); ++i) {
      const std::size_t level = std::min(i, 4 - i);
      macs += config.depths[i] * block(config.features[level]) / static_cast<double>(1 << (2 * level));
    }
    const double f = config.features[0], g = config.features[1], h = config.features[2];
    macs += f * f + g * g / 4 + 9 * f * g / 4 + 9 * g * h / 16 + h * g / 4 + g * f;
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * 10 * f;
    return descriptor;
  }

  static std::vector<std::pair<std::string, MixDehazeNetConfig>> published() {
    return {{"MixDehazeNet-t", {}},
            {"MixDehazeNet-s", {.depths = {2, 2, 4, 2, 2}}},
            {"MixDehazeNet-b", {.depths = {4, 4, 8, 4, 4}}},
            {"MixDehazeNet-l", {.depths = {8, 8, 16, 8, 8}}}};
  }
};

}  // namespace

const Family kMixDehazeNet = NetworkFamily<MixDehazeNetTraits>::row();

}  // namespace heirloom::models
