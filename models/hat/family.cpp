#include "models/hat/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/hat/network.h"

namespace heirloom::models {
namespace {

const std::string kGroup = "layers.0.residual_group.";
const std::string kBlock = kGroup + "blocks.0.";

struct HatTraits {
  using Config = HatConfig;
  using Network = Hat;
  static constexpr std::string_view kName = "HAT";
  static constexpr int kMargin = 32;  // the reference's tiles overlap by as much

  static Reading<HatConfig> read(const StateDict& tensors) {
    const std::string table = "relative_position_bias_table";
    const std::string overlapping = kGroup + "overlap_attn." + table;
    if (auto missing = missingOf(tensors, {"conv_first.weight", "conv_last.weight", kBlock + "attn." + table,
                                           kBlock + "conv_block.cab.0.weight", overlapping});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual groups of hybrid attention blocks", std::move(missing)};
    }
    HatConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.blocks"));
    }
    config.heads = sideOf(tensors, kBlock + "attn." + table, 1);
    config.hidden = sideOf(tensors, kBlock + "mlp.fc1.weight", 0);
    config.window = (squareRoot(sideOf(tensors, kBlock + "attn." + table, 0)) + 1) / 2;
    config.keyWindow = squareRoot(sideOf(tensors, overlapping, 0)) + 1 - config.window;
    config.compressed = sideOf(tensors, kBlock + "conv_block.cab.0.weight", 0);
    config.squeezed = sideOf(tensors, kBlock + "conv_block.cab.3.attention.1.weight", 0);
    config.headFeatures = sideOf(tensors, "conv_last.weight", 1);
    config.scale = shuffledScale(tensors, "upsample");
    if (config.heads == 0 || config.features % config.heads != 0) {
      return {std::nullopt, "its heads do not divide its channels", {kBlock + "attn." + table}};
    }
    if (config.keyWindow < config.window || config.window < 2 || (config.keyWindow - config.window) % 2 != 0) {
      return {std::nullopt, "its tables of relative positions fit no windows", {overlapping}};
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    return {config, {}, {}};
  }

  /// Tables that follow from the window.
  static std::vector<std::string> ignorable() {
    return {"attn_mask", "relative_position_index", "relative_position_index_SA", "relative_position_index_OCA"};
  }

  static Descriptor describe(const HatConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, windows of " + std::to_string(config.window);
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window;
    descriptor.margin = kMargin;
    descriptor.local = false;  // channels are weighed by their means over the picture
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;  // the GAN files have the same shapes
    const double f = config.features;
    const double layers = 4 * f * f + 2 * f * config.hidden;  // of an attention and its perceptron
    const double keys = config.window * config.window;
    const double overlappingKeys = config.keyWindow * config.keyWindow;
    const double macs =
        9 * f * config.channels + blocks * (layers + 2 * keys * f + 18 * f * config.compressed) +
        groups * (layers + 2 * overlappingKeys * f) + (groups + 1) * 9 * f * f +
        PixelShuffleHead::macsPerPixel(config.features, config.channels, config.scale, config.headFeatures);
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel =
        4 * std::max(8 * f + config.hidden, 2.5 * config.headFeatures * config.scale * config.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, HatConfig>> published() {
    std::vector<std::pair<std::string, HatConfig>> networks;
    for (const int scale : {4, 3, 2})
      networks.emplace_back("HAT_SRx" + std::to_string(scale), HatConfig{.scale = scale});
    networks.emplace_back("HAT-S_SRx4", HatConfig{.features = 144, .hidden = 288, .compressed = 6, .squeezed = 6});
    networks.emplace_back("HAT-L_SRx4_ImageNet-pretrain", HatConfig{.depths = std::vector<int>(12, 6)});
    networks.emplace_back("Real_HAT_GAN_SRx4", HatConfig{});
    return networks;
  }
};

}  // namespace

const Family kHat = NetworkFamily<HatTraits>::row();

}  // namespace heirloom::models
