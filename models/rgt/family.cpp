#include "models/rgt/family.h"

#include <algorithm>
#include <tuple>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/rgt/network.h"

namespace heirloom::models {
namespace {

const std::string kBlock = "layers.0.blocks.0.";
const std::string kSummary = "layers.0.blocks.1.attn.";
const std::string kWindows = kBlock + "attn.attns.0.";

struct RgtTraits {
  using Config = RgtConfig;
  using Network = Rgt;
  static constexpr std::string_view kName = "RGT";
  static constexpr int kMargin = 32;

  static Reading<RgtConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {"conv_first.weight", "before_RG.1.weight", kBlock + "gamma", kWindows + "rpe_biases",
                      kWindows + "relative_position_index", kWindows + "pos.pos3.2.weight", kBlock + "mlp.fc1.weight",
                      kSummary + "reduction1.weight", kSummary + "conv.weight", "conv_last.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of blocks that attend to a summary of the picture", std::move(missing)};
    }
    RgtConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".blocks"));
    }
    config.heads = 2 * sideOf(tensors, kWindows + "pos.pos3.2.weight", 0);
    config.hidden = sideOf(tensors, kBlock + "mlp.fc1.weight", 0);
    config.reduced = sideOf(tensors, kSummary + "conv.weight", 0);
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    config.bias = tensors.contains(kBlock + "attn.qkv.bias");
    config.scale = shuffledScale(tensors, "upsample");

    const auto sides = windowSides(sideOf(tensors, kWindows + "relative_position_index", 0),
                                   sideOf(tensors, kWindows + "rpe_biases", 0));
    if (!sides) {
      return {std::nullopt, "its tables of relative positions fit no windows", {kWindows + "relative_position_index"}};
    }
    std::tie(config.shortSide, config.longSide) = *sides;
    if (config.heads == 0 || config.features % config.heads != 0 || config.reduced % config.heads != 0 ||
        config.reduced > config.features) {
      return {std::nullopt, "its heads do not divide its channels", {kWindows + "pos.pos3.2.weight"}};
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    return {config, {}, {}};
  }

  /// Tables that follow from the windows.
  static std::vector<std::string> ignorable() {
    return {"attn_mask_0", "attn_mask_1", "rpe_biases", "relative_position_index"};
  }

  static Descriptor describe(const RgtConfig& config) {
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
    descriptor.sizeMultiple = std::max(config.shortSide, config.longSide);
    descriptor.margin = kMargin;
    descriptor.local = false;           // pixels attend to a summary of the picture
    descriptor.mayShiftColours = true;  // trained by the community on real pictures as well
    const double f = config.features, keys = config.shortSide * config.longSide, r = config.reduced;
    const double perceptron = 1.5 * f * config.hidden + 4.5 * config.hidden;
    const double inWindows = 4 * f * f + 9 * f + 2 * f * keys;
    const double toSummary = f * r + f * f + 2 * f + 512.0 * f;  // of 256 tokens, as pictures of 256 have
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    descriptor.flopPerPixel =
        2 * (9 * f * config.channels + blocks * (perceptron + (inWindows + toSummary) / 2) + (groups + 1) * ending +
             PixelShuffleHead::macsPerPixel(config.features, config.channels, config.scale));
    descriptor.activationBytesPerPixel =
        4 * std::max(8 * f + config.heads / 2 * keys + config.hidden, 160.0 * config.scale * config.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, RgtConfig>> published() {
    std::vector<std::pair<std::string, RgtConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_x" + std::to_string(scale);
      networks.emplace_back("RGT" + x, RgtConfig{.scale = scale});
      networks.emplace_back("RGT_S" + x, RgtConfig{.depths = std::vector<int>(6, 6), .scale = scale});
    }
    return networks;
  }
};

}  // namespace

const Family kRgt = NetworkFamily<RgtTraits>::row();

}  // namespace heirloom::models
