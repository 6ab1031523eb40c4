#include "models/drct/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/drct/network.h"

namespace heirloom::models {
namespace {

struct DrctTraits {
  using Config = DrctConfig;
  using Network = Drct;
  static constexpr std::string_view kName = "DRCT";
  static constexpr int kMargin = 32;

  static Reading<DrctConfig> read(const StateDict& tensors) {
    const std::string table = "layers.0.swin1.attn.relative_position_bias_table";
    if (auto missing = missingOf(tensors, {"conv_first.weight", "layers.0.swin1.mlp.fc1.weight", table,
                                           "layers.0.adjust1.weight", "conv_last.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks dense groups of five Swin blocks", std::move(missing)};
    }
    DrctConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.growth = sideOf(tensors, "layers.0.adjust1.weight", 0);
    config.groups = countNumbered(tensors, "layers");
    config.heads = sideOf(tensors, table, 1);
    config.hidden = sideOf(tensors, "layers.0.swin1.mlp.fc1.weight", 0);
    config.window = (squareRoot(sideOf(tensors, table, 0)) + 1) / 2;
    config.scale = shuffledScale(tensors, "upsample");
    if (config.window < 2) return {std::nullopt, "its table of relative positions fits no window", {table}};
    for (int i = 0; i < DrctConfig::kBlocks; ++i) {
      const int features = config.features + i * config.growth;
      if (config.heads == 0 || features % drctHeads(config, features, i) != 0) {
        return {std::nullopt, "its heads do not divide its channels", {table}};
      }
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    return {config, {}, {}};
  }

  /// Tables that follow from the window.
  static std::vector<std::string> ignorable() { return {"attn_mask", "relative_position_index"}; }

  static Descriptor describe(const DrctConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups) + " groups, " + std::to_string(config.features) +
                               " channels, " + std::to_string(config.heads) + " heads, windows of " +
                               std::to_string(config.window);
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = true;
    const double keys = config.window * config.window;
    const double expansion = static_cast<double>(config.hidden) / config.features;
    double group = 0;
    for (int i = 0; i < DrctConfig::kBlocks; ++i) {
      const double f = config.features + i * config.growth;
      const double made = i + 1 == DrctConfig::kBlocks ? config.features : config.growth;
      group += 4 * f * f + 2 * f * f * (i < 3 ? expansion : 1) + 2 * keys * f + f * made;
    }
    const double f = config.features;
    const double widest = f + (DrctConfig::kBlocks - 1) * config.growth;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + f) + config.groups * group +
                                   PixelShuffleHead::macsPerPixel(config.features, config.channels, config.scale));
    descriptor.activationBytesPerPixel = 4 * std::max(8 * widest, 160.0 * config.scale * config.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, DrctConfig>> published() {
    return {{"DRCT_X4", {}}, {"DRCT_X2", {.scale = 2}}, {"DRCT-L_X4", {.groups = 12}}};
  }
};

}  // namespace

const Family kDrct = NetworkFamily<DrctTraits>::row();

}  // namespace heirloom::models
