#include "models/compact/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/compact/network.h"

namespace heirloom::models {
namespace {

struct CompactTraits {
  using Config = CompactConfig;
  using Network = Compact;
  static constexpr std::string_view kName = "Compact";

  static Reading<CompactConfig> read(const StateDict& tensors) {
    const int modules = countNumbered(tensors, "body");
    const std::string last = "body." + std::to_string(std::max(0, modules - 1)) + ".bias";
    if (auto missing = missingOf(tensors, {"body.0.weight", "body.1.weight", "body.2.weight", last});
        !missing.empty()) {
      return {std::nullopt, "it lacks a body of convolutions and slopes", std::move(missing)};
    }
    CompactConfig config;
    config.channels = sideOf(tensors, "body.0.weight", 1);
    config.features = sideOf(tensors, "body.0.weight", 0);
    config.layers = (modules - 3) / 2;
    config.scale = squareRoot(sideOf(tensors, last, 0) / std::max(1, config.channels));
    if (modules % 2 == 0 || config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {last}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const CompactConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.layers + 2) + " convolutions, " + std::to_string(config.features) + " channels";
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.margin = config.layers + 2;
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double out = config.channels * config.scale * config.scale;
    descriptor.flopPerPixel = 2 * 9 * f * (config.channels + config.layers * f + out);
    descriptor.activationBytesPerPixel = 4 * std::max(3 * f, f + 3 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, CompactConfig>> published() {
    return {{"realesr-general-x4v3", {}},
            {"realesr-animevideov3", {.layers = 16}},
            {"2x_compact", {.layers = 16, .scale = 2}},
            {"1x_compact", {.layers = 16, .scale = 1}},
            {"2x_ultracompact", {.layers = 8, .scale = 2}},
            {"2x_superultracompact", {.features = 24, .layers = 8, .scale = 2}}};
  }
};

}  // namespace

const Family kCompact = NetworkFamily<CompactTraits>::row();

}  // namespace heirloom::models
