#include "models/atd/family.h"

#include <algorithm>

#include "models/atd/network.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr int kLightFeatures = 48;  // of the published lightweight networks
constexpr int kLightCategory = 128;

const std::string kLayer = "layers.0.residual_group.layers.0.";
const std::string kTable = kLayer + "attn_win.relative_position_bias_table";

struct AtdTraits {
  using Config = AtdConfig;
  using Network = Atd;
  static constexpr std::string_view kName = "ATD";
  static constexpr int kMargin = 32;

  static Reading<AtdConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", "layers.0.residual_group.td", kTable, kLayer + "attn_atd.scale",
                                kLayer + "attn_atd.wq.weight", kLayer + "attn_aca.logit_scale",
                                kLayer + "convffn.dwconv.depthwise_conv.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual groups with a dictionary of tokens", std::move(missing)};
    }
    AtdConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.layers"));
    }
    config.heads = sideOf(tensors, kTable, 1);
    config.hidden = sideOf(tensors, kLayer + "convffn.fc1.weight", 0);
    config.window = (squareRoot(sideOf(tensors, kTable, 0)) + 1) / 2;
    config.tokens = sideOf(tensors, kLayer + "attn_atd.scale", 0);
    config.reduced = sideOf(tensors, kLayer + "attn_atd.wq.weight", 0);
    config.kernel = sideOf(tensors, kLayer + "convffn.dwconv.depthwise_conv.0.weight", 2);
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    config.mean = !tensors.contains("no_norm");
    config.bias = tensors.contains(kLayer + "wqkv.bias");
    if (config.heads == 0 || config.features % config.heads != 0) {
      return {std::nullopt, "its heads do not divide its channels", {kTable}};
    }
    if (config.window < 2 || config.window > 16) {
      return {std::nullopt, "its table of relative positions is for no window of 2 to 16", {kTable}};
    }
    const auto head = readPictureHead(tensors, config.channels);
    if (!head) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    config.head = *head;
    const bool light = head->kind == PictureHeadKind::PixelShuffleDirect && config.features == kLightFeatures;
    if (light) config.category = kLightCategory;
    return {config, {}, {}};
  }

  /// Tables that follow from the window.
  static std::vector<std::string> ignorable() { return {"relative_position_index_SA", "attn_mask"}; }

  static Descriptor describe(const AtdConfig& config) {
    Descriptor descriptor;
    int layers = 0;
    for (const int depth : config.depths) layers += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(layers) + " layers, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, dictionaries of " +
                               std::to_string(config.tokens) + " tokens";
    descriptor.purpose = config.head.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.head.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window;
    descriptor.margin = kMargin;
    descriptor.local = false;           // pixels that resemble each other attend to each other, wherever they are
    descriptor.mayShiftColours = true;  // trained by the community on real pictures as well
    const double f = config.features, keys = config.window * config.window, t = config.tokens;
    const double layer = 5 * f * f + f * config.reduced + 2 * f * (keys + config.category + t) + 2 * f * config.hidden +
                         static_cast<double>(config.kernel) * config.kernel * config.hidden;
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    descriptor.flopPerPixel = 2 * (9 * f * config.channels + layers * layer + (groups + 1) * ending +
                                   PictureHead::macsPerPixel(config.head, config.features, config.channels));
    descriptor.activationBytesPerPixel =
        4 * std::max(14 * f + 3 * t + config.hidden, 160.0 * config.head.scale * config.head.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, AtdConfig>> published() {
    std::vector<std::pair<std::string, AtdConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_x" + std::to_string(scale);
      networks.emplace_back("ATD_SR" + x, AtdConfig{.head = {.scale = scale}});
      networks.emplace_back("ATD_light" + x, AtdConfig{.features = kLightFeatures,
                                                       .depths = std::vector<int>(4, 6),
                                                       .heads = 4,
                                                       .hidden = 48,
                                                       .tokens = 64,
                                                       .reduced = 8,
                                                       .category = kLightCategory,
                                                       .kernel = 7,
                                                       .head = {PictureHeadKind::PixelShuffleDirect, scale}});
    }
    return networks;
  }
};

}  // namespace

const Family kAtd = NetworkFamily<AtdTraits>::row();

}  // namespace heirloom::models
