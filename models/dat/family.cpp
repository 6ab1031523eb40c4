#include "models/dat/family.h"

#include <algorithm>
#include <tuple>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/dat/network.h"

namespace heirloom::models {
namespace {

const std::string kBlock = "layers.0.blocks.0.";
const std::string kWindows = kBlock + "attn.attns.0.";

struct DatTraits {
  using Config = DatConfig;
  using Network = Dat;
  static constexpr std::string_view kName = "DAT";
  static constexpr int kMargin = 32;

  static Reading<DatConfig> read(const StateDict& tensors) {
    const bool unshuffles = tensors.contains("conv_first.1.weight");
    const std::string first = unshuffles ? "conv_first.1.weight" : "conv_first.weight";
    if (auto missing = missingOf(
            tensors, {first, "before_RG.1.weight", kWindows + "rpe_biases", kWindows + "relative_position_index",
                      kWindows + "pos.pos3.2.weight", kBlock + "ffn.fc1.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of dual aggregation blocks", std::move(missing)};
    }
    DatConfig config;
    config.channels = sideOf(tensors, first, 1);
    config.features = sideOf(tensors, first, 0);
    if (unshuffles) {
      // Pictures of three channels, or else grey ones.
      const int inputs = config.channels;
      config.channels = inputs % 3 == 0 ? 3 : 1;
      config.unshuffle = squareRoot(inputs / config.channels);
    }
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".blocks"));
    }
    config.heads = 2 * sideOf(tensors, kWindows + "pos.pos3.2.weight", 0);
    config.hidden = sideOf(tensors, kBlock + "ffn.fc1.weight", 0);
    config.direct = !tensors.contains("conv_last.weight");
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    config.scale = config.direct ? squareRoot(sideOf(tensors, "upsample.0.weight", 0) / std::max(1, config.channels))
                                 : shuffledScale(tensors, "upsample");

    const auto sides = windowSides(sideOf(tensors, kWindows + "relative_position_index", 0),
                                   sideOf(tensors, kWindows + "rpe_biases", 0));
    if (!sides) {
      return {std::nullopt, "its tables of relative positions fit no windows", {kWindows + "relative_position_index"}};
    }
    std::tie(config.shortSide, config.longSide) = *sides;
    if (config.heads == 0 || config.features % config.heads != 0) {
      return {std::nullopt, "its heads do not divide its channels", {kWindows + "pos.pos3.2.weight"}};
    }
    const bool isWhole = !unshuffles || (config.unshuffle > 1 && config.scale % config.unshuffle == 0);
    if (config.scale == 0 || !isWhole) {
      return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    }
    config.scale /= config.unshuffle;
    return {config, {}, {}};
  }

  /// What makes pixels channels has no tensors, but is counted in the name of the convolution behind it.
  static std::string fileKey(const std::string& own, const DatConfig& config) {
    constexpr std::string_view kFirst = "conv_first.";
    if (config.unshuffle == 1 || !own.starts_with(kFirst)) return own;
    return std::string(kFirst) + "1." + own.substr(kFirst.size());
  }

  /// Tables that follow from the windows.
  static std::vector<std::string> ignorable() {
    return {"attn_mask_0", "attn_mask_1", "rpe_biases", "relative_position_index", "num_batches_tracked"};
  }

  static Descriptor describe(const DatConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, windows of " + std::to_string(config.shortSide) +
                               " x " + std::to_string(config.longSide) +
                               (config.unshuffle > 1 ? ", input folded by " + std::to_string(config.unshuffle) : "");
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = std::max(config.shortSide, config.longSide) * config.unshuffle;
    descriptor.margin = kMargin * config.unshuffle;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double keys = config.shortSide * config.longSide;
    const double attention = 4 * f * f + 9 * f + f * f / 16;
    const double perceptron = 1.5 * f * config.hidden + 4.5 * config.hidden;
    // Half of the blocks attend in windows, the others between the channels of a head.
    const double seen = f * keys + f * f / config.heads;
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    const int enlargement = config.enlargement();
    const double head = config.direct ? 9 * f * config.channels * enlargement * enlargement
                                      : PixelShuffleHead::macsPerPixel(config.features, config.channels, enlargement);
    const double folded = config.unshuffle * config.unshuffle;  // pixels of the picture for one of the features
    descriptor.flopPerPixel =
        2 *
        (9 * f * config.channels * folded + blocks * (attention + perceptron + seen) + (groups + 1) * ending + head) /
        folded;
    descriptor.activationBytesPerPixel =
        4 * std::max(8 * f + config.heads / 2 * keys + config.hidden, 160.0 * enlargement * enlargement) / folded;
    return descriptor;
  }

  static std::vector<std::pair<std::string, DatConfig>> published() {
    std::vector<std::pair<std::string, DatConfig>> networks;
    for (const int scale : {4, 3, 2}) networks.emplace_back("DAT_x" + std::to_string(scale), DatConfig{.scale = scale});
    networks.emplace_back("DAT_S_x4", DatConfig{.hidden = 360, .longSide = 16});
    networks.emplace_back("DAT_2_x4", DatConfig{.hidden = 360});
    networks.emplace_back("DAT_2_unshuffled_x2", DatConfig{.hidden = 360, .scale = 2, .unshuffle = 2});  // traiNNer's
    networks.emplace_back("DAT_light_x4", DatConfig{
                                              .features = 60,
                                              .depths = {18},
                                              .hidden = 120,
                                              .direct = true,
                                              .threeConvolutions = true,
                                          });
    return networks;
  }
};

}  // namespace

const Family kDat = NetworkFamily<DatTraits>::row();

}  // namespace heirloom::models
