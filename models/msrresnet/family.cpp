#include "models/msrresnet/family.h"

#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/output_grid.h"
#include "models/common/state_names.h"
#include "models/msrresnet/network.h"

namespace heirloom::models {
namespace {

using Layout = MsrResNetConfig::Layout;
using Up = MsrResNetConfig::Up;

Reading<MsrResNetConfig> readNamed(const StateDict& tensors) {
  if (auto missing = missingOf(tensors, {"conv_first.weight", "recon_trunk.0.conv1.weight", "upconv1.weight",
                                         "HRconv.weight", "conv_last.weight"});
      !missing.empty()) {
    return {std::nullopt, "it lacks the blocks of an SRResNet", std::move(missing)};
  }
  MsrResNetConfig config;
  config.in = sideOf(tensors, "conv_first.weight", 1);
  config.out = sideOf(tensors, "conv_last.weight", 0);
  config.features = sideOf(tensors, "conv_first.weight", 0);
  config.blocks = countNumbered(tensors, "recon_trunk");
  const int factor = config.features == 0 ? 0 : squareRoot(sideOf(tensors, "upconv1.weight", 0) / config.features);
  config.scale = tensors.contains("upconv2.weight") ? 4 : factor;
  if (factor != 2 && factor != 3)
    return {std::nullopt, "its first enlargement is by neither 2 nor 3", {"upconv1.weight"}};
  return {config, {}, {}};
}

// Numbers count every module: pixel shuffle makes convolution, shuffle, ReLU; nearest makes enlargement, convolution,
// ReLU; so the two differ in where the first convolution stands.
Reading<MsrResNetConfig> readNumbered(const StateDict& tensors) {
  if (auto missing = missingOf(tensors, {"model.0.weight", "model.1.sub.0.res.0.weight", "model.1.sub.0.res.2.weight"});
      !missing.empty()) {
    return {std::nullopt, "it lacks the blocks of an SRResNet", std::move(missing)};
  }
  MsrResNetConfig config;
  config.layout = Layout::Numbered;
  config.in = sideOf(tensors, "model.0.weight", 1);
  config.features = sideOf(tensors, "model.0.weight", 0);
  config.blocks = countNumbered(tensors, "model.1.sub") - 1;
  const int last = countNumbered(tensors, "model") - 1;
  config.out = sideOf(tensors, "model." + std::to_string(last) + ".weight", 0);
  const int stages = (last - 4) / 3;
  const int widened = config.features == 0 ? 0 : sideOf(tensors, "model.2.weight", 0) / config.features;
  config.up =
      tensors.contains("model.3.weight") && !tensors.contains("model.2.weight") ? Up::Nearest : Up::PixelShuffle;
  config.scale = stages == 2 ? 4 : widened == 9 ? 3 : stages + 1;
  if (config.up == Up::Nearest && stages == 1 && isNamedWithScale(tensors, 3)) {
    config.scale = 3;  // one stage of nearest neighbours has the same shapes for 2 and for 3
  }
  if (stages < 0 || stages > 2) return {std::nullopt, "it has " + std::to_string(stages) + " enlargements", {}};
  return {config, {}, {}};
}

std::string numberedKey(const std::string& own, const MsrResNetConfig& config) {
  const std::size_t dot = own.find('.');
  const std::string part = own.substr(0, dot);
  const std::string rest = own.substr(dot);
  const int afterStages = 2 + 3 * config.stages();
  if (part == "head") return "model.0" + rest;
  if (part == "trunk") return "model.1.sub." + std::to_string(config.blocks) + rest;
  if (part == "hr") return "model." + std::to_string(afterStages) + rest;
  if (part == "last") return "model." + std::to_string(afterStages + 2) + rest;
  if (part.starts_with("block")) return "model.1.sub." + part.substr(5) + rest;
  const int stage = std::stoi(part.substr(2));
  return "model." + std::to_string((config.up == Up::PixelShuffle ? 2 : 3) + 3 * stage) + rest;
}

std::string namedKey(const std::string& own) {
  const std::size_t dot = own.find('.');
  const std::string part = own.substr(0, dot);
  const std::string rest = own.substr(dot);
  if (part == "head") return "conv_first" + rest;
  if (part == "hr") return "HRconv" + rest;
  if (part == "last") return "conv_last" + rest;
  if (part.starts_with("up")) return "upconv" + std::to_string(std::stoi(part.substr(2)) + 1) + rest;
  const bool first = rest.starts_with(".res.0");
  return "recon_trunk." + part.substr(5) + (first ? ".conv1" : ".conv2") + rest.substr(6);
}

/// `isPrior`: the row is DPSR's.
template <bool isPrior>
struct MsrResNetTraits {
  using Config = MsrResNetConfig;
  using Network = MsrResNet;
  static constexpr std::string_view kName = isPrior ? "DPSR" : "MSRResNet";

  static Reading<MsrResNetConfig> read(const StateDict& tensors) {
    Reading<MsrResNetConfig> reading =
        tensors.contains("recon_trunk.0.conv1.weight") ? readNamed(tensors) : readNumbered(tensors);
    if (!reading.config) return reading;
    MsrResNetConfig& config = *reading.config;
    config.adversarial = isNamedWith(tensors, "gan");
    const bool fits = isPrior ? config.prior() : config.in == config.out;
    if (!fits || (config.out != 1 && config.out != 3)) {
      return {std::nullopt,
              "its channels in and out are " + std::to_string(config.in) + " and " + std::to_string(config.out),
              {}};
    }
    return reading;
  }

  static std::string fileKey(const std::string& own, const MsrResNetConfig& config) {
    return config.layout == Layout::Named ? namedKey(own) : numberedKey(own, config);
  }

  static Descriptor describe(const MsrResNetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) +
                               " channels, " + (config.up == Up::PixelShuffle ? "pixel shuffle" : "nearest neighbours");
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.scale = config.scale;
    descriptor.channels = config.out;
    descriptor.sizeMultiple = kOutputGrid;
    descriptor.mayShiftColours = config.adversarial;
    if (config.up == Up::Nearest && config.stages() == 1) descriptor.alternatives = {config.scale == 3 ? "x2" : "x3"};
    // Head, two convolutions a block, trunk, and less than three more pixels in the enlarged picture's layers.
    descriptor.margin = 1 + 2 * config.blocks + 1 + 3;
    const double features = config.features;
    const double square = config.scale * config.scale;
    double macs = 9 * features * (config.in + features * (2 * config.blocks + 1));
    double pixels = 1;
    for (int stage = 0; stage < config.stages(); ++stage) {
      const double grown = pixels * config.stageFactor() * config.stageFactor();
      macs += 9 * features * features * grown;  // either four times the channels or four times the pixels
      pixels = grown;
    }
    macs += 9 * features * square * (features + config.out);
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * features * (3 + 2 * square);
    if (isPrior) descriptor.parameters = {noiseLevelParameter(50)};
    return descriptor;
  }

  static Run start(MsrResNet network, const MsrResNetConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    if (!isPrior) {
      return [network, &observer](const at::Tensor& picture) mutable { return network->forward(picture, &observer); };
    }
    return [network, sigma = sigmaOf(settings, placement.device), &observer](const at::Tensor& picture) mutable {
      return network->forward(withNoiseMap(picture, sigma), &observer);
    };
  }

  static std::vector<std::pair<std::string, MsrResNetConfig>> published() {
    if (!isPrior) {
      return {{"msrresnet_x4_psnr", {}},
              {"msrresnet_x2", {.scale = 2}},
              {"msrresnet_x3", {.scale = 3}},
              {"msrresnet0_x4", {.layout = Layout::Numbered, .up = Up::Nearest}}};
    }
    std::vector<std::pair<std::string, MsrResNetConfig>> networks;
    for (const int scale : {2, 3, 4}) {
      networks.emplace_back("dpsr_x" + std::to_string(scale),
                            MsrResNetConfig{4, 3, 96, 16, scale, Layout::Numbered, Up::PixelShuffle});
    }
    return networks;
  }
};

}  // namespace

std::optional<MsrResNetConfig> detectMsrResNet(const StateDict& tensors) {
  const std::optional<MsrResNetConfig> plain = NetworkFamily<MsrResNetTraits<false>>::configOf(tensors);
  return plain ? plain : NetworkFamily<MsrResNetTraits<true>>::configOf(tensors);
}

MsrResNet loadDpsr(const StateDict& tensors) {
  return NetworkFamily<MsrResNetTraits<true>>::filled(tensors);
}

const Family kMsrResNet = NetworkFamily<MsrResNetTraits<false>>::row();
const Family kDpsr = NetworkFamily<MsrResNetTraits<true>>::row();

}  // namespace heirloom::models
