#include "models/craft/family.h"

#include <algorithm>
#include <tuple>

#include "models/common/gated_convolutions.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/craft/network.h"

namespace heirloom::models {
namespace {

const std::string kGroup = "layers.0.residual_group.";
const std::string kWindows = kGroup + "srwa_blocks.0.";
const std::string kFusion = kGroup + "hf_blocks.0.";

struct CraftTraits {
  using Config = CraftConfig;
  using Network = Craft;
  static constexpr std::string_view kName = "CRAFT";
  // What shifts bring together from opposite borders spreads by a window from block to block. Attention between
  // channels looks at all of the picture, whatever the margin.
  static constexpr int kMarginWindows = 3;

  static Reading<CraftConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", kFusion + "attn.temperature", kFusion + "ffn.project_out.weight",
                                kWindows + "mlp.fc1.weight", kGroup + "hfer_blocks.0.fc.weight",
                                "relative_position_index_h", "biases_h", "upsample.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups that refine windows by high frequencies", std::move(missing)};
    }
    CraftConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.hf_blocks"));
    }
    config.heads = sideOf(tensors, kFusion + "attn.temperature", 0);
    config.hidden = sideOf(tensors, kWindows + "mlp.fc1.weight", 0);
    config.gated = sideOf(tensors, kFusion + "ffn.project_out.weight", 1);
    config.bias = tensors.contains(kWindows + "qkv.bias");
    config.lastConvolution = tensors.contains("conv_after_body.weight");
    config.scale = squareRoot(sideOf(tensors, "upsample.0.weight", 0) / std::max(1, config.channels));
    const auto sides = windowSides(sideOf(tensors, "relative_position_index_h", 0), sideOf(tensors, "biases_h", 0));
    if (!sides) {
      return {std::nullopt, "its tables of relative positions fit no windows", {"relative_position_index_h"}};
    }
    std::tie(config.shortSide, config.longSide) = *sides;
    if (config.heads < 2 || config.heads % 2 != 0 || config.features % config.heads != 0) {
      return {std::nullopt, "its heads do not divide its channels", {kFusion + "attn.temperature"}};
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    return {config, {}, {}};
  }

  /// Tables that follow from the windows.
  static std::vector<std::string> ignorable() {
    return {"relative_position_index_h", "relative_position_index_v", "biases_h", "biases_v"};
  }

  static Descriptor describe(const CraftConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, windows of " + std::to_string(config.shortSide) +
                               " x " + std::to_string(config.longSide);
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.longSide;
    descriptor.margin = kMarginWindows * config.longSide;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double f = config.features, keys = config.shortSide * config.longSide;
    const double windows = 4 * f * f + 9 * f + 2 * keys * f + 2 * f * config.hidden;
    const double refinement = f * f / 4 * 10 + f * f;
    const double fusion =
        4 * f * f + 27 * f + 2 * f * f / config.heads + GatedConvolutions::macsPerPixel(config.features, config.gated);
    const double ends =
        9 * f * (config.channels * (1.0 + config.scale * config.scale) + (config.lastConvolution ? f : 0));
    descriptor.flopPerPixel = 2 * (blocks * (2 * windows + refinement + fusion) + groups * 9 * f * f + ends);
    descriptor.activationBytesPerPixel = 4 * std::max(9 * f + config.heads / 2 * keys + config.hidden,
                                                      6.0 * config.channels * config.scale * config.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, CraftConfig>> published() {
    return {{"CRAFT_MODEL_X4", {}}, {"CRAFT_MODEL_X3", {.scale = 3}}, {"CRAFT_MODEL_X2", {.scale = 2}}};
  }
};

}  // namespace

const Family kCraft = NetworkFamily<CraftTraits>::row();

}  // namespace heirloom::models
