#include "models/imdn/family.h"

#include "models/common/network_family.h"
#include "models/common/output_grid.h"
#include "models/common/state_names.h"
#include "models/imdn/network.h"

namespace heirloom::models {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct ImdnTraits {
  using Config = ImdnConfig;
  using Network = Imdn;
  static constexpr std::string_view kName = "IMDN";

  static Reading<ImdnConfig> read(const StateDict& tensors) {
    ImdnConfig config;
    config.original = tensors.contains("fea_conv.weight");
    const std::string head = config.original ? "fea_conv" : "model.0";
    const std::string block = config.original ? "IMDB1." : "model.1.sub.0.";
    const std::string last = block + (config.original ? "c4.weight" : "conv4.weight");
    const std::string fuse = block + (config.original ? "c5.weight" : "conv1x1.weight");
    const std::string up = config.original ? "upsampler.0.weight" : "model.2.weight";
    if (auto missing = missingOf(tensors, {head + ".weight", last, fuse, up}); !missing.empty()) {
      return {std::nullopt, "it lacks information distillation blocks", std::move(missing)};
    }
    config.channels = sideOf(tensors, head + ".weight", 1);
    config.features = sideOf(tensors, head + ".weight", 0);
    config.distilled = sideOf(tensors, last, 0);
    config.scale = config.channels == 0 ? 0 : squareRoot(sideOf(tensors, up, 0) / config.channels);
    if (config.original) {
      config.reduced = sideOf(tensors, "IMDB1.cca.conv_du.0.weight", 0);
      for (config.blocks = 0; tensors.contains("IMDB" + std::to_string(config.blocks + 1) + ".c1.weight");) {
        ++config.blocks;
      }
    } else {
      config.blocks = countNumbered(tensors, "model.1.sub") - 1;
    }
    if (config.scale == 0 || config.distilled >= config.features) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {up}};
    }
    return {config, {}, {}};
  }

  static std::string fileKey(const std::string& own, const ImdnConfig& config) {
    const std::size_t dot = own.find('.');
    const std::string rest = own.substr(dot);  // ".weight", or below a block ".conv1.weight"
    if (own.starts_with("block")) {
      const int index = std::stoi(own.substr(5, dot - 5));
      if (!config.original) {
        const bool activated = rest.starts_with(".conv") && !rest.starts_with(".conv4");
        const std::string name = activated
                                     ? replaced(rest, ".conv" + rest.substr(5, 1), ".conv" + rest.substr(5, 1) + ".0")
                                     : replaced(rest, ".fuse", ".conv1x1");
        return "model.1.sub." + std::to_string(index) + name;
      }
      std::string name = replaced(replaced(rest, ".conv", ".c"), ".fuse", ".c5");
      name = replaced(replaced(name, ".squeeze", ".cca.conv_du.0"), ".excite", ".cca.conv_du.2");
      return "IMDB" + std::to_string(index + 1) + name;
    }
    const std::string part = own.substr(0, dot);
    if (part == "head") return (config.original ? "fea_conv" : "model.0") + rest;
    if (part == "trunk") return (config.original ? "LR_conv" : "model.1.sub." + std::to_string(config.blocks)) + rest;
    if (part == "gather") return "c.0" + rest;
    return (config.original ? "upsampler.0" : "model.2") + rest;
  }

  static Descriptor describe(const ImdnConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) +
                               " channels" + (config.original ? ", the authors' layout" : "");
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.channels = config.channels;
    descriptor.nearInBfloat16 = true;
    descriptor.scale = config.scale;
    descriptor.sizeMultiple = kOutputGrid;
    // Head, four convolutions a block, trunk, up.
    descriptor.margin = 1 + 4 * config.blocks + 1 + 1;
    descriptor.local = !config.original;  // the attention averages over the picture
    descriptor.wholeStatistics = config.original;
    const double features = config.features;
    const double kept = features - config.distilled;
    const double block =
        9 * (features * features + 2 * kept * features + kept * config.distilled) + 4 * config.distilled * features;
    const double outer = 9 * features * (config.channels * (1 + config.scale * config.scale) + features);
    descriptor.flopPerPixel =
        2 * (outer + config.blocks * block + (config.original ? config.blocks * features * features : 0));
    descriptor.activationBytesPerPixel = 4 * features * (5 + (config.original ? 2 * config.blocks : 0));
    return descriptor;
  }

  static std::vector<std::pair<std::string, ImdnConfig>> published() {
    return {{"imdn_x4", {}},
            {"IMDN_x2", {.blocks = 6, .scale = 2, .original = true}},
            {"IMDN_x3", {.blocks = 6, .scale = 3, .original = true}},
            {"IMDN_x4", {.blocks = 6, .scale = 4, .original = true}}};
  }
};

}  // namespace

std::optional<ImdnConfig> detectImdn(const StateDict& tensors) {
  return NetworkFamily<ImdnTraits>::configOf(tensors);
}

const Family kImdn = NetworkFamily<ImdnTraits>::row();

}  // namespace heirloom::models
