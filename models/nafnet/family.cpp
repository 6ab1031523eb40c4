#include "models/nafnet/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/nafnet/network.h"
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

struct NafNetTraits {
  using Config = NafNetConfig;
  using Network = NafNet;
  static constexpr std::string_view kName = "NAFNet";
  static constexpr int kMargin = 64;

  static Reading<NafNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {"intro.weight", "ending.weight", "middle_blks.0.beta", "downs.0.weight", "ups.0.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of blocks without activations", std::move(missing)};
    }
    NafNetConfig config;
    config.channels = sideOf(tensors, "intro.weight", 1);
    config.width = sideOf(tensors, "intro.weight", 0);
    config.encoders = blocksOf(tensors, "encoders");
    config.middle = countNumbered(tensors, "middle_blks");
    config.decoders = blocksOf(tensors, "decoders");
    if (config.encoders.size() != config.decoders.size()) {
      return {std::nullopt,
              "it goes down " + std::to_string(config.encoders.size()) + " levels and up " +
                  std::to_string(config.decoders.size()),
              {}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const NafNetConfig& config) {
    Descriptor descriptor;
    int blocks = config.middle;
    for (const int count : config.encoders) blocks += count;
    for (const int count : config.decoders) blocks += count;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks on " + std::to_string(config.levels() + 1) +
                               " levels, " + std::to_string(config.width) + " channels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 1 << config.levels();
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.parameters.push_back(statisticsParameter());
    const double width = config.width;
    // A block: 2f^2, 18f, f^2, 2f^2 and f^2 at its level, where f doubles and the pixels are a quarter.
    const auto block = [&](int level) {
      const double f = width * (1 << level);
      return (6 * f * f + 18 * f) / (1 << (2 * level));
    };
    double macs = 2 * 9 * width * config.channels;
    for (int level = 0; level < config.levels(); ++level) {
      const auto at = static_cast<std::size_t>(level);
      macs += (config.encoders[at] + config.decoders[config.decoders.size() - 1 - at]) * block(level);
      macs += 4 * width * width;  // down and up: 8 f^2 at a quarter of the pixels each
    }
    macs += config.middle * block(config.levels());
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4 * width * 8;
    return descriptor;
  }

  static Descriptor describe(const NafNetConfig& config, const Settings& settings) {
    Descriptor descriptor = describe(config);
    descriptor.wholeStatistics = statisticsWindow(settings) == 0;
    return descriptor;
  }

  static Run start(NafNet network, const NafNetConfig&, const Settings& settings, const Placement&,
                   Observer& observer) {
    return [network, window = statisticsWindow(settings), &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, &observer, window);
    };
  }

  static std::vector<std::pair<std::string, NafNetConfig>> published() {
    const NafNetConfig goPro{.encoders = {1, 1, 1, 28}, .middle = 1, .decoders = {1, 1, 1, 1}};
    return {{"NAFNet-SIDD-width32", {}}, {"NAFNet-SIDD-width64", {.width = 64}}, {"NAFNet-GoPro-width32", goPro}};
  }
};

}  // namespace

const Family kNafNet = NetworkFamily<NafNetTraits>::row();

}  // namespace heirloom::models
