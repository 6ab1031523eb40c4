#include "models/mambair/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mambair/network.h"

namespace heirloom::models {
namespace {

const std::string kBlock = "layers.0.residual_group.blocks.0.";
const std::string kScan = kBlock + "self_attention.";

struct MambaIrTraits {
  using Config = MambaIrConfig;
  using Network = MambaIr;
  static constexpr std::string_view kName = "MambaIR";
  static constexpr int kMargin = 32;

  static Reading<MambaIrConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", kScan + "A_logs", kScan + "dt_projs_weight",
                                kScan + "out_norm.weight", kBlock + "conv_blk.cab.0.weight", kBlock + "skip_scale"});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual groups of blocks with a selective scan", std::move(missing)};
    }
    MambaIrConfig config;
    config.channels = sideOf(tensors, "conv_first.weight", 1);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.blocks"));
    }
    config.inner = sideOf(tensors, kScan + "dt_projs_weight", 1);
    config.rank = sideOf(tensors, kScan + "dt_projs_weight", 2);
    config.states = sideOf(tensors, kScan + "A_logs", 1);
    config.compressed = sideOf(tensors, kBlock + "conv_blk.cab.0.weight", 0);
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    const auto head = readPictureHead(tensors, config.channels);
    if (!head) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    config.head = *head;
    const bool direct = head->kind == PictureHeadKind::PixelShuffleDirect;
    const std::string attention = kBlock + (direct ? "conv_blk.cab.5" : "conv_blk.cab.3") + ".attention.1.weight";
    config.squeezed = sideOf(tensors, attention, 0);
    return {config, {}, {}};
  }

  static Descriptor describe(const MambaIrConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.states) + " states";
    descriptor.purpose = config.head.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.head.scale;
    descriptor.channels = config.channels;
    descriptor.margin = kMargin;
    descriptor.local = false;  // the scans cross the whole picture
    descriptor.wholeStatistics = true;
    const double f = config.features, d = config.inner, c = config.compressed;
    const double scan = 4 * d * (2.0 * config.rank + 6.0 * config.states);
    const double convolutions =
        config.head.kind == PictureHeadKind::PixelShuffleDirect ? 2 * f * c + 9 * (c + f) : 18 * f * c;
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    const double head = PictureHead::macsPerPixel(config.head, config.features, config.channels);
    descriptor.flopPerPixel = 2 * (9 * f * config.channels + blocks * (3 * f * d + 9 * d + scan + convolutions) +
                                   (groups + 1) * ending + head);
    descriptor.activationBytesPerPixel = 4 * std::max(4 * f + 6 * d + 4 * (config.rank + 2.0 * config.states),
                                                      160.0 * config.head.scale * config.head.scale);
    return descriptor;
  }

  static std::vector<std::pair<std::string, MambaIrConfig>> published() {
    std::vector<std::pair<std::string, MambaIrConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "_x" + std::to_string(scale);
      networks.emplace_back("MambaIR_SR" + x, MambaIrConfig{.head = {.scale = scale}});
      networks.emplace_back("MambaIR_lightSR" + x, MambaIrConfig{.features = 60,
                                                                 .depths = std::vector<int>(4, 6),
                                                                 .inner = 72,
                                                                 .states = 10,
                                                                 .rank = 4,
                                                                 .compressed = 30,
                                                                 .squeezed = 2,
                                                                 .head = {PictureHeadKind::PixelShuffleDirect, scale}});
    }
    const MambaIrConfig same{.inner = 216, .head = {PictureHeadKind::Residual, 1}};
    MambaIrConfig grey = same;
    grey.channels = 1;
    networks.emplace_back("MambaIR_ColorDN_level15", same);
    networks.emplace_back("MambaIR_CAR_q10", grey);
    return networks;
  }
};

}  // namespace

const Family kMambaIr = NetworkFamily<MambaIrTraits>::row();

}  // namespace heirloom::models
