#include "models/mirnet/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mirnet/network.h"

namespace heirloom::models {
namespace {

struct MirNetTraits {
  using Config = MirNetConfig;
  using Network = MirNet;
  static constexpr std::string_view kName = "MIRNet-v2";
  static constexpr int kMargin = 64;

  static Reading<MirNetConfig> read(const StateDict& tensors) {
    const std::string block = "body.0.body.0.";
    if (auto missing =
            missingOf(tensors, {"conv_in.weight", "conv_out.weight", block + "dau_top.gcnet.conv_mask.weight",
                                block + "dau_top.body.0.weight", block + "dau_mid.body.0.weight",
                                block + "dau_bot.body.0.weight", block + "skff_top.fcs.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of blocks of three sizes side by side", std::move(missing)};
    }
    MirNetConfig config;
    config.inputs = sideOf(tensors, "conv_in.weight", 1);
    config.channels = sideOf(tensors, "conv_out.weight", 0);
    const std::array<std::string, 3> sizes = {"dau_top", "dau_mid", "dau_bot"};
    for (std::size_t i = 0; i < sizes.size(); ++i)
      config.features.at(i) = sideOf(tensors, block + sizes.at(i) + ".body.0.weight", 0);
    config.blocks = countNumbered(tensors, "body.0.body") - 1;
    config.groups.clear();
    for (int group = 0; group < countNumbered(tensors, "body"); ++group) {
      const std::string key = "body." + std::to_string(group) + ".body.0.dau_top.body.0.weight";
      const int groups = config.features[0] / std::max(1, sideOf(tensors, key, 1));
      if (groups < 1 || std::ranges::any_of(config.features, [&](int features) { return features % groups != 0; }))
        return {std::nullopt, "its channels cannot be grouped", {key}};
      config.groups.push_back(groups);
    }
    if (config.inputs != config.channels && !config.dualPixel()) {
      return {std::nullopt,
              "it makes " + std::to_string(config.channels) + " channels of " + std::to_string(config.inputs),
              {}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const MirNetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups.size()) + " groups of " + std::to_string(config.blocks) +
                               " blocks, " + std::to_string(config.features[0]) + " channels" +
                               (config.dualPixel() ? ", dual pixel" : "");
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = MirNetConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // pixels are weighed against all others
    descriptor.wholeStatistics = true;
    const double a = config.features[0], b = config.features[1], c = config.features[2];
    double macs = 9 * a * (config.inputs + config.channels);
    for (const int groups : config.groups) {
      const auto convolutions = [&](double f) { return 2 * 18 * f * f / groups + 4 * f; };
      const double resampled = 2 * a * b / 4 + b * c / 16 + 2 * (a * b / 4 + b * c / 16);
      macs += config.blocks * (convolutions(a) + convolutions(b) / 4 + convolutions(c) / 16 + resampled + a * a) +
              9 * a * a;
    }
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * 8 * a;
    return descriptor;
  }

  static std::vector<std::pair<std::string, MirNetConfig>> published() {
    return {{"MIRNet_v2_real_denoising", {}},
            {"MIRNet_v2_enhancement_lol", {}},
            {"MIRNet_v2_enhancement_fivek", {}},
            {"MIRNet_v2_sr_x4", {}},
            {"MIRNet_v2_dual_pixel_defocus_deblurring", {.inputs = 6}}};
  }
};

}  // namespace

const Family kMirNet = NetworkFamily<MirNetTraits>::row();

}  // namespace heirloom::models
