#include "models/mosr/family.h"

#include <algorithm>

#include "models/common/dysample.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mosr/network.h"

namespace heirloom::models {
namespace {

constexpr int kBehind = 6;  // modules of gblocks that are no gated blocks

struct MosrTraits {
  using Config = MosrConfig;
  using Network = Mosr;
  static constexpr std::string_view kName = "MoSR";
  static constexpr int kMargin = 32;  // what lies further away hardly shows

  static Reading<MosrConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"gblocks.0.weight", "gblocks.1.norm.weight", "gblocks.1.fc1.weight",
                                           "gblocks.1.conv.weight", "shortcut.block.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks gated convolutional blocks with a shortcut", std::move(missing)};
    }
    MosrConfig config;
    config.channels = sideOf(tensors, "gblocks.0.weight", 1);
    config.features = sideOf(tensors, "gblocks.0.weight", 0);
    config.blocks = countNumbered(tensors, "gblocks") - kBehind;
    config.hidden = sideOf(tensors, "gblocks.1.fc1.weight", 0) / 2;
    config.convolved = sideOf(tensors, "gblocks.1.conv.weight", 0);
    config.kernel = sideOf(tensors, "gblocks.1.conv.weight", 2);
    const int channels = std::max(1, config.channels);
    std::string last = "upsampler.0.weight";
    if (tensors.contains("upsampler.init_pos")) {
      last = "upsampler.offset.weight";
      config.end = MosrEnd::DySample;
      config.scale = squareRoot(sideOf(tensors, last, 0) / (2 * kDySampleGroups));
    } else if (tensors.contains("upsampler.in_to_k.weight")) {
      last = "upsampler.in_to_k.weight";
      config.end = MosrEnd::Ensemble;
      config.scale = squareRoot(sideOf(tensors, last, 0) / (MosrConfig::kEnsemble * channels));
    } else {
      config.scale = squareRoot(sideOf(tensors, last, 0) / channels);
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {last}};
    if (config.blocks < 1 || config.convolved > config.hidden) {
      return {std::nullopt, "its blocks convolve more channels than they have", {"gblocks.1.conv.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const MosrConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) +
                               " channels" + (config.end == MosrEnd::DySample ? ", DySample" : "") +
                               (config.end == MosrEnd::Ensemble ? ", mean of eight" : "");
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = true;
    const double f = config.features, h = config.hidden, out = config.channels * config.scale * config.scale;
    const double block = 27 * f * h + static_cast<double>(config.kernel) * config.kernel * config.convolved;
    const double end = config.end == MosrEnd::Ensemble ? 9 * MosrConfig::kEnsemble * f * out
                       : config.end == MosrEnd::DySample
                           ? f * (4.0 * kDySampleGroups * config.scale * config.scale + out)
                           : 9 * f * out;
    descriptor.flopPerPixel = 2 * (19 * f * config.channels + config.blocks * block + 46 * f * f + end);
    const double enlarged = config.end == MosrEnd::DySample ? config.scale * config.scale * (2 * f + 8) : 10 * out;
    descriptor.activationBytesPerPixel = 4 * std::max(3 * f + 5 * h, 3 * f + enlarged);
    return descriptor;
  }

  static std::vector<std::pair<std::string, MosrConfig>> published() {
    std::vector<std::pair<std::string, MosrConfig>> networks;
    for (const int scale : {4, 2}) {
      const std::string x = std::to_string(scale) + "x_mosr";
      networks.emplace_back(x, MosrConfig{.scale = scale});
      networks.emplace_back(x + "_gps", MosrConfig{.scale = scale, .end = MosrEnd::Ensemble});
      networks.emplace_back(x + "_dys", MosrConfig{.scale = scale, .end = MosrEnd::DySample});
    }
    networks.emplace_back("4x_mosr_t", MosrConfig{.features = 48, .blocks = 5, .hidden = 72, .convolved = 48});
    return networks;
  }
};

}  // namespace

const Family kMosr = NetworkFamily<MosrTraits>::row();

}  // namespace heirloom::models
