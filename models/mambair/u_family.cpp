#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mambair/family.h"
#include "models/mambair/u_network.h"

namespace heirloom::models {
namespace {

struct MambaIrUTraits {
  using Config = MambaIrUConfig;
  using Network = MambaIrU;
  static constexpr std::string_view kName = "MambaIRUNet";
  static constexpr int kMargin = 64;

  static Reading<MambaIrUConfig> read(const StateDict& tensors) {
    const std::string scan = "encoder_level1.0.self_attention.";
    if (auto missing =
            missingOf(tensors, {"patch_embed.proj.weight", "output.weight", "reduce_chan_level3.weight",
                                scan + "A_logs", scan + "dt_projs_weight", "encoder_level1.0.conv_blk.cab.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks four levels of blocks with a selective scan", std::move(missing)};
    }
    MambaIrUConfig config;
    config.width = sideOf(tensors, "patch_embed.proj.weight", 0);
    config.channels = sideOf(tensors, "output.weight", 0);
    const int inputs = sideOf(tensors, "patch_embed.proj.weight", 1);
    if (inputs != config.channels) {
      return {
          std::nullopt, "it makes " + std::to_string(config.channels) + " channels of " + std::to_string(inputs), {}};
    }
    if (config.width < MambaIrUConfig::kSqueeze) {
      return {std::nullopt, "its channels are too few to be squeezed", {"patch_embed.proj.weight"}};
    }
    const auto statesOf = [&](const std::string& part) {
      return sideOf(tensors, part + ".0.self_attention.A_logs", 1);
    };
    const std::array<std::string, 4> levels = {"encoder_level1", "encoder_level2", "encoder_level3", "latent"};
    for (std::size_t i = 0; i < levels.size(); ++i) {
      config.blocks.at(i) = countNumbered(tensors, levels.at(i));
      config.states.at(i) = statesOf(levels.at(i));
    }
    config.refinement = countNumbered(tensors, "refinement");
    config.lastStates = statesOf("decoder_level1");
    config.expansion = static_cast<double>(sideOf(tensors, scan + "dt_projs_weight", 1)) / config.width;
    return {config, {}, {}};
  }

  static Descriptor describe(const MambaIrUConfig& config) {
    Descriptor descriptor;
    int blocks = config.refinement + config.blocks[3];
    for (std::size_t i = 0; i < 3; ++i) blocks += 2 * config.blocks.at(i);
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(blocks) + " blocks, " + std::to_string(config.width) + " channels on the first of 4 levels";
    descriptor.purpose = Purpose::Denoise;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = MambaIrUConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // the scans cross the whole picture
    descriptor.wholeStatistics = true;
    const auto macsOf = [&](int features, std::size_t level) {
      const MambaIrConfig block = config.block(features, level);
      const double f = features, d = block.inner;
      const double scan = 4 * d * (2.0 * block.rank + 6.0 * block.states);
      return 3 * f * d + 9 * d + scan + 18 * f * block.compressed;
    };
    const double width = config.width;
    double macs = 27 * width * config.channels + config.refinement * macsOf(2 * config.width, 0);
    double pixels = 1;
    for (std::size_t i = 0; i < 4; ++i, pixels /= 4) {
      const int features = config.width << i;
      macs += pixels * config.blocks.at(i) * macsOf(features, i);
      if (i == 3) break;
      // The first level's decoder works on both halves; below, a 1x1 convolution joins them.
      macs += pixels * config.blocks.at(i) * macsOf(i == 0 ? 2 * features : features, i);
      const double f = features;
      macs += pixels * (4.5 * f * f + 18 * f * f + (i == 0 ? 0 : 2 * f * f));
    }
    descriptor.flopPerPixel = 2 * macs;
    // A scan of the first level's decoder, and what is kept for it.
    const MambaIrConfig last = config.block(2 * config.width, 0);
    descriptor.activationBytesPerPixel =
        4 * (5.0 * last.features + 6.0 * last.inner + 4 * (last.rank + 2.0 * last.states));
    return descriptor;
  }

  static std::vector<std::pair<std::string, MambaIrUConfig>> published() { return {{"RealDN_MambaIR", {}}}; }
};

}  // namespace

const Family kMambaIrU = NetworkFamily<MambaIrUTraits>::row();

}  // namespace heirloom::models
