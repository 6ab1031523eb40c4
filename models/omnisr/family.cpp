#include "models/omnisr/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/omnisr/network.h"

namespace heirloom::models {
namespace {

struct OmniSrTraits {
  using Config = OmniSrConfig;
  using Network = OmniSr;
  static constexpr std::string_view kName = "OmniSR";
  static constexpr int kMargin = 32;

  static Reading<OmniSrConfig> read(const StateDict& tensors) {
    const std::string group = "residual_layer.0.residual_layer.";
    const std::string block = group + "0.layer.";
    if (auto missing = missingOf(tensors, {"input.weight", "output.weight", "up.0.weight", block + "0.fn.0.weight",
                                           block + "2.fn.to_qkv.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of omni self-attention blocks", std::move(missing)};
    }
    OmniSrConfig config;
    config.channels = sideOf(tensors, "input.weight", 1);
    config.features = sideOf(tensors, "input.weight", 0);
    config.bias = tensors.contains("output.bias");
    config.groups = countNumbered(tensors, "residual_layer");
    config.blocks = countNumbered(tensors, "residual_layer.0.residual_layer") - 1;
    const std::string table = block + "2.fn.rel_pos_bias.weight";
    config.positionBias = tensors.contains(table);
    if (config.positionBias) config.window = (squareRoot(sideOf(tensors, table, 0)) + 1) / 2;
    config.scale = squareRoot(sideOf(tensors, "up.0.weight", 0) / std::max(1, config.channels));
    if (config.features % OmniSrConfig::kHeads != 0) return {std::nullopt, "its channels are no four heads", {}};
    if (config.window < 2) return {std::nullopt, "its table of relative positions fits no window", {table}};
    if (config.scale == 0) return {std::nullopt, "its last convolution makes no whole enlargement", {"up.0.weight"}};
    return {config, {}, {}};
  }

  /// What a tool that counts operations leaves behind.
  static std::vector<std::string> ignorable() { return {"total_ops", "total_params"}; }

  static Descriptor describe(const OmniSrConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups * config.blocks) + " blocks, " +
                               std::to_string(config.features) + " channels, windows of " +
                               std::to_string(config.window);
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double out = config.channels * config.scale * config.scale;
    const double keys = config.window * config.window;
    // Convolution 2f^2 + 9f; twice attention between pixels (4f^2), between channels (4f^2, depthwise 27f) and four
    // perceptrons (3f^2 + 18f).
    const double block =
        2 * f * f + 9 * f + 2 * (8 * f * f + 2 * keys * f + 27 * f + f * f / 2) + 4 * (3 * f * f + 18 * f);
    const double group = config.blocks * block + f * f + 1.2 * f * f;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + f + out) + config.groups * group);
    descriptor.activationBytesPerPixel = 4 * std::max(10 * f, f + 2 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, OmniSrConfig>> published() {
    return {{"OmniSR_X4_DF2K", {}}, {"OmniSR_X3_DF2K", {.scale = 3}}, {"OmniSR_X2_DF2K", {.scale = 2}}};
  }
};

}  // namespace

const Family kOmniSr = NetworkFamily<OmniSrTraits>::row();

}  // namespace heirloom::models
