#include "models/m3snet/family.h"

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/m3snet/network.h"
#include "models/nafnet/statistics.h"

namespace heirloom::models {
namespace {

std::vector<int> blocksOf(const StateDict& tensors, const std::string& part) {
  std::vector<int> blocks;
  for (int i = 0; i < countNumbered(tensors, part); ++i) {
    blocks.push_back(countNumbered(tensors, part + "." + std::to_string(i)));
  }
  return blocks;
}

struct M3SNetTraits {
  using Config = M3SNetConfig;
  using Network = M3SNet;
  static constexpr std::string_view kName = "M3SNet";
  static constexpr int kMargin = 128;

  static Reading<M3SNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"intro.weight", "ending.weight", "middle_blks.0.temperature",
                                           "middle.0.0.beta", "middle_ups.0.0.weight", "ups.0.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of blocks without activations that fuses its skips", std::move(missing)};
    }
    M3SNetConfig config;
    config.channels = sideOf(tensors, "intro.weight", 1);
    config.width = sideOf(tensors, "intro.weight", 0);
    config.encoders = blocksOf(tensors, "encoders");
    config.middle = countNumbered(tensors, "middle_blks");
    config.heads = sideOf(tensors, "middle_blks.0.temperature", 0);
    config.decoders = blocksOf(tensors, "decoders");
    const auto levels = static_cast<std::size_t>(M3SNetConfig::kLevels);
    if (config.encoders.size() != levels || config.decoders.size() != levels) {
      return {std::nullopt,
              "it goes down " + std::to_string(config.encoders.size()) + " levels and up " +
                  std::to_string(config.decoders.size()) + ", not 4",
              {}};
    }
    if (config.heads == 0 || (config.width << M3SNetConfig::kLevels) % config.heads != 0) {
      return {std::nullopt, "its heads do not divide its channels", {"middle_blks.0.temperature"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const M3SNetConfig& config) {
    Descriptor descriptor;
    int blocks = 5;  // that fuse
    for (const int count : config.encoders) blocks += count;
    for (const int count : config.decoders) blocks += count;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks on " + std::to_string(M3SNetConfig::kLevels + 1) +
                               " levels, " + std::to_string(config.width) + " channels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 1 << M3SNetConfig::kLevels;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.parameters = {statisticsParameter()};
    const double width = config.width;
    // NAFNet's blocks: 6f^2 + 18f at their level, where f doubles and the pixels are a quarter.
    const auto block = [&](int level) {
      const double f = width * (1 << level);
      return (6 * f * f + 18 * f) / (1 << (2 * level));
    };
    double macs = 2 * 9 * width * config.channels;
    for (int level = 0; level < M3SNetConfig::kLevels; ++level) {
      const auto at = static_cast<std::size_t>(level);
      const int fusing = level < 2 ? 2 : level == 2 ? 1 : 0;
      macs += (config.encoders[at] + config.decoders[config.decoders.size() - 1 - at] + fusing) * block(level);
      macs += (4 + 2 * fusing) * width * width;  // down, up, and up to fuse: 8 f^2 at a quarter of the pixels each
    }
    const double lowest = 16 * width;
    macs += config.middle * (4 * lowest * lowest + 27 * lowest + 2 * lowest * lowest / config.heads) / 256;
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * width * 10;
    return descriptor;
  }

  static Descriptor describe(const M3SNetConfig& config, const Settings& settings) {
    Descriptor descriptor = describe(config);
    descriptor.wholeStatistics = statisticsWindow(settings) == 0;
    return descriptor;
  }

  static Run start(M3SNet network, const M3SNetConfig&, const Settings& settings, const Placement&,
                   Observer& observer) {
    return [network, window = statisticsWindow(settings), &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, &observer, window);
    };
  }

  static std::vector<std::pair<std::string, M3SNetConfig>> published() {
    return {{"m3snet_deblur_model_best_32", {}}, {"m3snet_deblur_model_best_64", {.width = 64}}};
  }
};

}  // namespace

const Family kM3SNet = NetworkFamily<M3SNetTraits>::row();

}  // namespace heirloom::models
