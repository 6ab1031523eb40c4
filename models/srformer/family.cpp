#include "models/srformer/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/srformer/network.h"

namespace heirloom::models {
namespace {

const std::string kFirstBlock = "layers.0.residual_group.blocks.0.";
const std::string kTable = kFirstBlock + "attn.relative_position_bias_table";

struct SrFormerTraits {
  using Config = SrFormerConfig;
  using Network = SrFormer;
  static constexpr std::string_view kName = "SRFormer";
  static constexpr int kMargin = 48;  // two windows

  static Reading<SrFormerConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", kTable, kFirstBlock + "attn.kv.weight",
                                kFirstBlock + "attn.q.weight", kFirstBlock + "mlp.dwconv.depthwise_conv.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual groups of blocks with permuted attention", std::move(missing)};
    }
    SrFormerConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.blocks"));
    }
    config.heads = sideOf(tensors, kTable, 1);
    config.hidden = sideOf(tensors, kFirstBlock + "mlp.fc1.weight", 0);
    config.window = squareRoot(sideOf(tensors, kTable, 0)) + 1;
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    if (config.heads == 0 || config.features % config.heads != 0 || config.features % 4 != 0) {
      return {std::nullopt, "its heads do not divide its channels", {kTable}};
    }
    if (config.window % 2 != 0) return {std::nullopt, "its table of relative positions is for no window", {kTable}};
    const auto head = readPictureHead(tensors, config.channels);
    if (!head) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    config.head = *head;
    return {config, {}, {}};
  }

  /// Tables that follow from the window.
  static std::vector<std::string> ignorable() { return {"attn_mask", "aligned_relative_position_index"}; }

  static Descriptor describe(const SrFormerConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, windows of " + std::to_string(config.window);
    descriptor.purpose = config.head.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.head.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window;
    descriptor.margin = std::max(kMargin, 2 * config.window);
    descriptor.local = false;           // windows of all groups reach across most pictures
    descriptor.mayShiftColours = true;  // the files for real photos have the same shapes
    const double f = config.features, keys = config.window * config.window / 4.0;
    const double block = 2.5 * f * f + 2 * keys * f + 2 * f * config.hidden + 25.0 * config.hidden;
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    descriptor.flopPerPixel = 2 * (9 * f * config.channels + blocks * block + (groups + 1) * ending +
                                   PictureHead::macsPerPixel(config.head, config.features, config.channels));
    descriptor.activationBytesPerPixel =
        4 * std::max(6 * f + config.heads * keys + config.hidden, 160.0 * config.head.scale * config.head.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, SrFormerConfig>> published() {
    std::vector<std::pair<std::string, SrFormerConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_x" + std::to_string(scale);
      networks.emplace_back("SRFormer_SR" + x, SrFormerConfig{.head = {.scale = scale}});
      networks.emplace_back("SRFormerLight_SR" + x,
                            SrFormerConfig{.features = 60,
                                           .depths = std::vector<int>(4, 6),
                                           .hidden = 120,
                                           .window = 16,
                                           .head = {PictureHeadKind::PixelShuffleDirect, scale}});
    }
    networks.emplace_back("SRFormer_RealSR_x4", SrFormerConfig{.head = {PictureHeadKind::NearestConvolution, 4}});
    return networks;
  }
};

}  // namespace

const Family kSrFormer = NetworkFamily<SrFormerTraits>::row();

}  // namespace heirloom::models
