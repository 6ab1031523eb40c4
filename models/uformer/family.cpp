#include "models/uformer/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/uformer/network.h"

namespace heirloom::models {
namespace {

constexpr std::size_t kLowest = UformerConfig::kLevels, kStages = 2 * kLowest + 1;

/// Down four levels, the lowest, up again.
std::string stageName(std::size_t stage) {
  if (stage == kLowest) return "conv";
  return stage < kLowest ? "encoderlayer_" + std::to_string(stage)
                         : "decoderlayer_" + std::to_string(stage - kLowest - 1);
}

int levelOf(std::size_t stage) {
  return static_cast<int>(std::min(stage, kStages - 1 - stage));
}

struct UformerTraits {
  using Config = UformerConfig;
  using Network = Uformer;
  static constexpr std::string_view kName = "Uformer";
  static constexpr int kMargin = 64;

  static Reading<UformerConfig> read(const StateDict& tensors) {
    const std::string block = "encoderlayer_0.blocks.0.", table = "attn.relative_position_bias_table";
    if (auto missing = missingOf(
            tensors, {"input_proj.proj.0.weight", "output_proj.proj.0.weight", block + table,
                      block + "attn.qkv.to_q.weight", block + "attn.qkv.to_kv.weight", block + "mlp.linear1.0.weight",
                      block + "mlp.dwconv.0.weight", "conv.blocks.0." + table, "decoderlayer_3.blocks.0." + table});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of five levels of blocks with windows", std::move(missing)};
    }
    UformerConfig config;
    config.channels = sideOf(tensors, "input_proj.proj.0.weight", 1);
    config.width = sideOf(tensors, "input_proj.proj.0.weight", 0);
    config.window = (squareRoot(sideOf(tensors, block + table, 0)) + 1) / 2;
    for (std::size_t i = 0; i < kStages; ++i) {
      config.blocks.at(i) = countNumbered(tensors, stageName(i) + ".blocks");
      const std::string key = stageName(i) + ".blocks.0." + table;
      config.heads.at(i) = sideOf(tensors, key, 1);
      const int features = (config.width << levelOf(i)) * (i > kLowest ? 2 : 1);
      if (config.heads.at(i) == 0 || features % config.heads.at(i) != 0)
        return {std::nullopt, "its heads do not divide its channels", {key}};
    }
    if (config.window < 1) return {std::nullopt, "its table of relative positions is for no window", {block + table}};
    config.widening = sideOf(tensors, block + "mlp.linear1.0.weight", 0) / std::max(1, config.width);
    config.modulated = tensors.contains("decoderlayer_0.blocks.0.modulator.weight");
    config.wholeConvolution = sideOf(tensors, block + "mlp.dwconv.0.weight", 1) > 1;
    config.bias = tensors.contains(block + "attn.qkv.to_q.bias");
    if (config.widening < 1) return {std::nullopt, "its perceptrons narrow", {block + "mlp.linear1.0.weight"}};
    return {config, {}, {}};
  }

  /// A table that follows from the window.
  static std::vector<std::string> ignorable() { return {"relative_position_index"}; }

  static Descriptor describe(const UformerConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int count : config.blocks) blocks += count;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.width) +
                               " channels on the first of 5 levels, windows of " + std::to_string(config.window) +
                               (config.modulated ? "" : ", without modulators");
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window << kLowest;
    descriptor.margin = kMargin;
    descriptor.local = false;
    const double width = config.width, hidden = config.widening, tokens = config.window * config.window;
    double macs = 9 * width * config.channels * 3;
    for (std::size_t i = 0; i < kStages; ++i) {
      const int level = levelOf(i);
      const double f = width * (1 << level) * (i > kLowest ? 2 : 1), pixels = 1.0 / (1 << (2 * level));
      const double convolution = 9 * hidden * f * (config.wholeConvolution ? hidden * f : 1);
      macs += pixels * config.blocks.at(i) * (4 * f * f + 2 * tokens * f + 2 * hidden * f * f + convolution);
      if (i < kLowest) macs += pixels * 8 * f * f;
      if (i > kLowest) macs += pixels * (level + 1 == UformerConfig::kLevels ? f * f / 2 : f * f);
    }
    descriptor.flopPerPixel = 2 * macs;
    // On the first level's decoder two copies of the hidden features, and what is kept.
    descriptor.activationBytesPerPixel = 4 * width * (4 * hidden + 6);
    return descriptor;
  }

  static std::vector<std::pair<std::string, UformerConfig>> published() {
    UformerConfig first{.modulated = false};
    first.blocks.fill(2);
    UformerConfig narrow = first;
    narrow.width = 16;
    return {{"Uformer_B_SIDD", {}},
            {"Uformer_B_GoPro", {}},
            {"uformer32_denoising_sidd", first},
            {"uformer16_denoising_sidd", narrow}};
  }
};

}  // namespace

const Family kUformer = NetworkFamily<UformerTraits>::row();

}  // namespace heirloom::models
