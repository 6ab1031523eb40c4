#include "models/cidnet/family.h"

#include "models/cidnet/network.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr int kChannels = 3;

struct CidNetTraits {
  using Config = CidNetConfig;
  using Network = CidNet;
  static constexpr std::string_view kName = "HVI-CIDNet";
  static constexpr int kMargin = 64;

  static Reading<CidNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"HVE_block0.1.weight", "IE_block0.1.weight", "HVE_block1.down.0.weight",
                                           "HV_LCA1.ffn.temperature", "I_LCA6.gdfn.dwconv2.weight", "trans.density_k"});
        !missing.empty()) {
      return {std::nullopt, "it lacks ways for intensity and colour that look at each other", std::move(missing)};
    }
    CidNetConfig config;
    config.features[0] = sideOf(tensors, "HVE_block0.1.weight", 0);
    for (std::size_t i = 0; i < config.heads.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      config.features.at(i + 1) = sideOf(tensors, "HVE_block" + number + ".down.0.weight", 0);
      const std::string temperature = "HV_LCA" + number + ".ffn.temperature";
      config.heads.at(i) = sideOf(tensors, temperature, 0);
      if (config.heads.at(i) == 0 || config.features.at(i + 1) % config.heads.at(i) != 0)
        return {std::nullopt, "its heads do not divide its channels", {temperature}};
    }
    config.norms = tensors.contains("HVE_block1.norm.weight");
    return {config, {}, {}};
  }

  static Descriptor describe(const CidNetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.features[0]) + " to " + std::to_string(config.features[3]) +
                               " channels on 4 levels" + (config.norms ? ", with norms" : "");
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = kChannels;
    descriptor.sizeMultiple = CidNetConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // attention between channels takes the whole picture
    descriptor.wholeStatistics = true;
    double macs = 9 * config.features[0] * (4 + kChannels);
    for (std::size_t i = 0; i < config.heads.size(); ++i) {
      const double above = config.features[i], f = config.features[i + 1], pixels = 1.0 / (1 << (2 * i));
      // Two ways, down and up again, with a block each.
      const double block = (4 + 3 * 2.66) * f * f + 2 * f * f / config.heads[i] + (27 + 36 * 2.66) * f;
      macs += 2 * pixels * (9 * above * f + 9 * above * f / 4 + 2 * above * above + 2 * block / 4);
    }
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * (6 * config.features[0] + 3 * config.features[1]);
    return descriptor;
  }

  static std::vector<std::pair<std::string, CidNetConfig>> published() {
    return {{"HVI-CIDNet-LOLv1-wperc", {}},
            {"HVI-CIDNet-LOLv2-real-bestPSNR", {}},
            {"HVI-CIDNet-SICE", {}},
            {"HVI-CIDNet-Generalization", {}}};
  }
};

}  // namespace

const Family kCidNet = NetworkFamily<CidNetTraits>::row();

}  // namespace heirloom::models
