#include "models/kbnet/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/kbnet/network.h"

namespace heirloom::models {
namespace {

constexpr int kMargin = 64;
constexpr int kWeights = 9;  // of a kernel

/// Multiply-adds a pixel of mixing kernels for `mixed` features and of using them.
double mixing(double features, double mixed, double group, double bases) {
  return (bases + 1) * mixed * group * kWeights + bases * (mixed + features + 16) + kWeights * features;
}

std::vector<int> blocksOf(const StateDict& tensors, const std::string& part) {
  std::vector<int> blocks;
  for (int i = 0; i < countNumbered(tensors, part); ++i)
    blocks.push_back(countNumbered(tensors, part + "." + std::to_string(i)));
  return blocks;
}

struct TraitsS {
  using Config = KbNetSConfig;
  using Network = KbNetS;
  static constexpr std::string_view kName = "KBNet-S";

  static Reading<KbNetSConfig> read(const StateDict& tensors) {
    const std::string block = "middle_blks.0.";
    if (auto missing =
            missingOf(tensors, {"intro.weight", "ending.weight", "downs.0.weight", "ups.0.0.weight", block + "w",
                                block + "attgamma", block + "conv11.1.weight", block + "conv4.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of blocks that mix kernels", std::move(missing)};
    }
    KbNetSConfig config;
    config.channels = sideOf(tensors, "intro.weight", 1);
    config.width = sideOf(tensors, "intro.weight", 0);
    config.encoders = blocksOf(tensors, "encoders");
    config.middle = countNumbered(tensors, "middle_blks");
    config.decoders = blocksOf(tensors, "decoders");
    config.expansion = static_cast<double>(sideOf(tensors, block + "conv4.weight", 0)) /
                       std::max(1, sideOf(tensors, block + "conv4.weight", 1));
    config.bases = sideOf(tensors, block + "w", 1);
    config.lightweight = sideOf(tensors, block + "conv11.1.weight", 2) == 3;
    if (config.encoders.size() != config.decoders.size()) {
      return {std::nullopt,
              "it goes down " + std::to_string(config.encoders.size()) + " levels and up " +
                  std::to_string(config.decoders.size()),
              {}};
    }
    if (config.width % 32 != 0) return {std::nullopt, "its channels cannot be grouped", {"intro.weight"}};
    return {config, {}, {}};
  }

  static Descriptor describe(const KbNetSConfig& config) {
    Descriptor descriptor;
    const auto levels = static_cast<int>(config.encoders.size());
    int blocks = config.middle;
    for (const int count : config.encoders) blocks += count;
    for (const int count : config.decoders) blocks += count;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks on " + std::to_string(levels + 1) + " levels, " +
                               std::to_string(config.width) + " channels" + (config.lightweight ? ", lightweight" : "");
    descriptor.purpose = Purpose::Denoise;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 1 << levels;
    descriptor.margin = kMargin;
    descriptor.local = false;  // channels are weighed by their means over the picture
    descriptor.wholeStatistics = true;
    const auto block = [&](int level) {
      const double f = config.width * (1 << level);
      const double convolutions = (3 + 1.5 * config.expansion) * f * f + (config.lightweight ? 18 : 109) * f;
      return (convolutions + mixing(f, f, 4, config.bases)) / (1 << (2 * level));
    };
    const double width = config.width;
    double macs = 2 * 9 * width * config.channels + config.middle * block(levels);
    for (int level = 0; level < levels; ++level) {
      const auto at = static_cast<std::size_t>(level);
      macs +=
          (config.encoders[at] + config.decoders[config.decoders.size() - 1 - at]) * block(level) + 4 * width * width;
    }
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * (width * 9 + 2 * config.bases);
    return descriptor;
  }

  static std::vector<std::pair<std::string, KbNetSConfig>> published() {
    return {{"gau_color_25", {}}, {"gau_gray_25", {.channels = 1}}, {"sidd", {.expansion = 1.5, .lightweight = true}}};
  }
};

struct TraitsL {
  using Config = KbNetLConfig;
  using Network = KbNetL;
  static constexpr std::string_view kName = "KBNet-L";

  static Reading<KbNetLConfig> read(const StateDict& tensors) {
    const std::string block = "encoder_level1.0.";
    if (auto missing = missingOf(tensors, {"patch_embed.proj.weight", "output.weight", "reduce_chan_level3.weight",
                                           block + "attn.w", block + "attn.ga1", block + "ffn.temperature"});
        !missing.empty()) {
      return {std::nullopt, "it lacks four levels of blocks that mix kernels", std::move(missing)};
    }
    KbNetLConfig config;
    config.channels = sideOf(tensors, "patch_embed.proj.weight", 1);
    config.width = sideOf(tensors, "patch_embed.proj.weight", 0);
    const std::array<std::string, 4> levels = {"encoder_level1", "encoder_level2", "encoder_level3", "latent"};
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const std::string temperature = levels.at(i) + ".0.ffn.temperature";
      config.blocks.at(i) = countNumbered(tensors, levels.at(i));
      config.heads.at(i) = sideOf(tensors, temperature, 0);
      if (config.heads.at(i) == 0 || (config.width << i) % config.heads.at(i) != 0)
        return {std::nullopt, "its heads do not divide its channels", {temperature}};
    }
    config.refinement = countNumbered(tensors, "refinement");
    config.expansion = static_cast<double>(sideOf(tensors, block + "attn.ga1", 1)) / config.width;
    config.bases = sideOf(tensors, block + "attn.w", 1);
    if (config.width % 24 != 0 || config.hiddenOf(config.width) % 2 != 0)
      return {std::nullopt, "its channels cannot be grouped", {"patch_embed.proj.weight"}};
    return {config, {}, {}};
  }

  static Descriptor describe(const KbNetLConfig& config) {
    Descriptor descriptor;
    int blocks = config.refinement + config.blocks[3];
    for (std::size_t i = 0; i < 3; ++i) blocks += 2 * config.blocks.at(i);
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(blocks) + " blocks, " + std::to_string(config.width) + " channels on the first of 4 levels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = KbNetLConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    const auto block = [&](double f, int heads) {
      const double hidden = f * config.expansion;
      return 4 * f * f + 27 * f + 2 * f * f / heads + 3 * f * hidden + 18 * hidden + mixing(f, hidden, 2, config.bases);
    };
    const double width = config.width;
    double macs = 27 * width * config.channels + config.refinement * block(2 * width, config.heads[0]);
    double pixels = 1;
    for (int i = 0; i < 4; ++i, pixels /= 4) {
      const auto at = static_cast<std::size_t>(i);
      const double f = width * (1 << i);
      macs += pixels * config.blocks.at(at) * block(f, config.heads.at(at));
      if (i == 3) break;
      macs += pixels * config.blocks.at(at) * block(i == 0 ? 2 * f : f, config.heads.at(at));
      macs += pixels * (4.5 * f * f + 18 * f * f + (i == 0 ? 0 : 2 * f * f));
    }
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * width * (4 + 12 * config.expansion);
    return descriptor;
  }

  static std::vector<std::pair<std::string, KbNetLConfig>> published() { return {{"derain", {}}, {"defocus", {}}}; }
};

}  // namespace

const Family kKbNetS = NetworkFamily<TraitsS>::row();
const Family kKbNetL = NetworkFamily<TraitsL>::row();

}  // namespace heirloom::models
