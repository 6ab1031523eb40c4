#include "models/moesr/family.h"

#include <algorithm>

#include "models/common/dysample.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/common/super_resolution.h"
#include "models/moesr/network.h"

namespace heirloom::models {
namespace {

constexpr int kReach = 31;  // weights of the three depthwise convolutions that share an eighth of the channels

/// Of the layers of "upscale": which end they are, how far they enlarge (0: by no whole number).
void readEnd(const StateDict& tensors, MoesrConfig& config) {
  const auto has = [&](int number) { return tensors.contains("upscale." + std::to_string(number) + ".weight"); };
  const auto out = [&](int number) { return sideOf(tensors, "upscale." + std::to_string(number) + ".weight", 0); };
  if (tensors.contains("upscale.0.init_pos")) {
    config.end = MoesrEnd::DySample;
    config.scale = squareRoot(sideOf(tensors, "upscale.0.offset.weight", 0) / (2 * kDySampleGroups));
  } else if (has(2)) {
    config.end = MoesrEnd::Shuffle;
    config.middle = std::max(1, out(0));
    config.scale = 1;
    for (int i = 2; has(i + 2); i += 2) config.scale *= squareRoot(out(i) / config.middle);
  } else if (has(3)) {
    config.end = MoesrEnd::Nearest;
    config.scale = 1;
    for (int i = 3; has(i); i += 3) config.scale *= 2;
  } else {
    config.scale = squareRoot(out(0) / std::max(1, config.channels));
    config.end = config.scale == 1 ? MoesrEnd::Convolution : MoesrEnd::ShuffleDirect;
  }
}

struct MoesrTraits {
  using Config = MoesrConfig;
  using Network = Moesr;
  static constexpr std::string_view kName = "MoESR";
  static constexpr int kMargin = 32;  // what lies further away hardly shows

  static Reading<MoesrConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {"in_to_dim.weight", "blocks.0.blocks.0.fc1.weight", "blocks.0.blocks.0.conv.dwconv_hw.weight",
                      "blocks.0.msg.gated.0.fc1.weight", "upscale.MetaUpsample"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of gated blocks, some on half the size", std::move(missing)};
    }
    MoesrConfig config;
    config.channels = sideOf(tensors, "in_to_dim.weight", 1);
    config.features = sideOf(tensors, "in_to_dim.weight", 0);
    config.groups = countNumbered(tensors, "blocks");
    config.blocks = countNumbered(tensors, "blocks.0.blocks");
    config.hidden = sideOf(tensors, "blocks.0.blocks.0.fc1.weight", 0) / 2;
    config.hiddenBelow = sideOf(tensors, "blocks.0.msg.gated.0.fc1.weight", 0) / 2;
    readEnd(tensors, config);
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upscale.0.weight"}};
    if (config.features < 8 || std::min(config.hidden, config.hiddenBelow) < config.features) {
      return {std::nullopt, "its blocks convolve more channels than they have", {"blocks.0.blocks.0.fc1.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const MoesrConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups) + " groups of " + std::to_string(config.blocks) +
                               " blocks, " + std::to_string(config.features) + " channels" +
                               (config.end == MoesrEnd::DySample ? ", DySample" : "");
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 2;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = true;
    const double f = config.features, enlarged = config.scale * config.scale, out = config.channels * enlarged;
    const auto block = [&](int hidden) { return 27 * f * hidden + kReach * f / 8; };
    const double group =
        config.blocks * block(config.hidden) + 9 * f * f / 4 + 3 * block(config.hiddenBelow) / 4 + 9 * f * f;
    double end = 9 * f * out;
    if (config.end == MoesrEnd::DySample) end = f * (4.0 * kDySampleGroups * enlarged + out);
    if (config.end == MoesrEnd::Shuffle) {
      const double m = config.middle;
      end = 9 * m * (f + config.channels * enlarged);
      double pixels = 1;
      for (const int factor : shuffleFactors(config.scale)) end += 9 * m * m * (pixels *= factor * factor);
    }
    if (config.end == MoesrEnd::Nearest) end = 9 * f * (f * 4 * enlarged / 3 + config.channels * enlarged);
    descriptor.flopPerPixel = 2 * (9 * f * config.channels + config.groups * group + end);
    const double wide = config.end == MoesrEnd::Nearest    ? 3 * f * enlarged
                        : config.end == MoesrEnd::Shuffle  ? 2.5 * config.middle * enlarged
                        : config.end == MoesrEnd::DySample ? enlarged * (2 * f + 8)
                                                           : 2 * out;
    descriptor.activationBytesPerPixel = 4 * std::max(3 * f + 6 * config.hidden, 2 * f + wide);
    return descriptor;
  }

  static std::vector<std::pair<std::string, MoesrConfig>> published() {
    std::vector<std::pair<std::string, MoesrConfig>> networks = {{"4x_DF2K_MoESR_500k", {}}};
    for (const int scale : {2, 4}) {
      const std::string x = std::to_string(scale) + "x_moesr_";
      networks.emplace_back(x + "shuffle", MoesrConfig{.scale = scale, .end = MoesrEnd::Shuffle});
      networks.emplace_back(x + "nearest", MoesrConfig{.scale = scale, .end = MoesrEnd::Nearest});
      networks.emplace_back(x + "dysample", MoesrConfig{.scale = scale, .end = MoesrEnd::DySample});
    }
    networks.emplace_back("1x_moesr", MoesrConfig{.scale = 1, .end = MoesrEnd::Convolution});
    return networks;
  }
};

}  // namespace

const Family kMoesr = NetworkFamily<MoesrTraits>::row();

}  // namespace heirloom::models
