#include "models/scunet/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/scunet/network.h"

namespace heirloom::models {
namespace {

constexpr int kTokens = 64;  // of a window

struct ScuNetTraits {
  using Config = ScuNetConfig;
  using Network = ScuNet;
  static constexpr std::string_view kName = "SCUNet";
  static constexpr int kMargin = 64;

  static Reading<ScuNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"m_head.0.weight", "m_body.0.trans_block.msa.relative_position_params",
                                           "m_body.0.conv1_1.weight", "m_tail.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of Swin-Conv blocks", std::move(missing)};
    }
    ScuNetConfig config;
    config.channels = sideOf(tensors, "m_head.0.weight", 1);
    config.width = sideOf(tensors, "m_head.0.weight", 0);
    const std::array<const char*, 7> stages = {"m_down1", "m_down2", "m_down3", "m_body", "m_up3", "m_up2", "m_up1"};
    for (std::size_t i = 0; i < stages.size(); ++i) {
      // Beside the blocks a convolution that goes down or up.
      const bool body = i == 3;
      config.blocks.at(i) = std::max(0, countNumbered(tensors, stages.at(i)) - (body ? 0 : 1));
    }
    constexpr int kHeads = 64;  // channels that make up a head on the first level, half of which are the transformer's
    if (config.width % kHeads != 0) {
      return {std::nullopt, "its " + std::to_string(config.width) + " channels are no whole heads", {}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const ScuNetConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int count : config.blocks) blocks += count;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(blocks) + " blocks, " + std::to_string(config.width) + " channels on the first of 4 levels";
    descriptor.purpose = Purpose::Denoise;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kTokens;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = true;  // of the files one was trained for looks
    const double width = config.width;
    // On half of the channels two convolutions, on the others an attention and a perceptron of four times the channels.
    const auto block = [&](int level) {
      const double f = width * (1 << level);
      const double half = f / 2;
      return (2 * f * f + 18 * half * half + 12 * half * half + 2 * kTokens * half) / (1 << (2 * level));
    };
    double macs = 2 * 9 * width * config.channels + 3 * 4 * width * width;
    for (int i = 0; i < 7; ++i) macs += config.blocks.at(static_cast<std::size_t>(i)) * block(std::min(i, 6 - i));
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * width * 6;
    return descriptor;
  }

  static std::vector<std::pair<std::string, ScuNetConfig>> published() {
    return {{"scunet_color_real_psnr", {}}, {"scunet_color_25", {}}, {"scunet_gray_25", {.channels = 1}}};
  }
};

}  // namespace

const Family kScuNet = NetworkFamily<ScuNetTraits>::row();

}  // namespace heirloom::models
