#include "models/dctlsa/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/dctlsa/network.h"

namespace heirloom::models {
namespace {

constexpr int kHeads = 5;  // of all public files; shapes do not tell

const std::string kFirstBlock = "B1.body.0.transformer_body.0.blocks.0.";

struct DctlsaTraits {
  using Config = DctlsaConfig;
  using Network = Dctlsa;
  static constexpr std::string_view kName = "DCTLSA";
  static constexpr int kMargin = 48;  // three windows

  static Reading<DctlsaConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"fea_conv.weight", kFirstBlock + "attn.local.pointwise_prenorm_1.weight",
                                kFirstBlock + "mlp.fc1.weight", "c5.0.weight", "LR_conv.weight", "upsampler.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks densely connected blocks of linear attention", std::move(missing)};
    }
    DctlsaConfig config;
    config.channels = sideOf(tensors, "fea_conv.weight", 1);
    config.features = sideOf(tensors, "fea_conv.weight", 0);
    config.heads = kHeads;
    config.hidden = sideOf(tensors, kFirstBlock + "mlp.fc1.weight", 0);
    config.scale = squareRoot(sideOf(tensors, "upsampler.0.weight", 0) / std::max(1, config.channels));
    if (config.features % config.heads != 0) {
      return {std::nullopt, std::to_string(kHeads) + " heads do not divide its channels", {"fea_conv.weight"}};
    }
    if (config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {"upsampler.0.weight"}};
    }
    return {config, {}, {}};
  }

  /// Counted in training.
  static std::vector<std::string> ignorable() { return {"num_batches_tracked"}; }

  static Descriptor describe(const DctlsaConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(DctlsaConfig::kBlocks) + " blocks, " + std::to_string(config.features) +
                               " channels, " + std::to_string(config.heads) + " heads, windows of " +
                               std::to_string(DctlsaConfig::kWindow);
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = DctlsaConfig::kWindow;
    descriptor.margin = kMargin;
    descriptor.local = false;  // windows of all layers reach across most pictures
    descriptor.mayShiftColours = true;
    const double f = config.features, out = config.channels * config.scale * config.scale;
    const double layer = 6 * f * f + 9 * f + 2 * f * f / config.heads + 2 * f * config.hidden;
    constexpr int kLayers = 4 * DctlsaConfig::kBlocks;
    const double dense = (2 + 3 + 4 + 5 + 6 + 6) * f * f;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + f + out) + kLayers * layer + dense);
    descriptor.activationBytesPerPixel =
        4 * ((DctlsaConfig::kBlocks + 1) * f + std::max(8 * f + config.hidden, 2 * out));
    return descriptor;
  }

  static std::vector<std::pair<std::string, DctlsaConfig>> published() {
    return {{"DCTLSA_X4", {}}, {"DCTLSA_X3", {.scale = 3}}, {"DCTLSA_X2", {.scale = 2}}};
  }
};

}  // namespace

const Family kDctlsa = NetworkFamily<DctlsaTraits>::row();

}  // namespace heirloom::models
