#include "models/fdat/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/fdat/network.h"

namespace heirloom::models {
namespace {

constexpr int kUnshuffledEnlargement = 4;  // of the end behind unshuffling

const std::string kBlock = "groups.0.blocks.0.";

const char* nameOf(FdatEnd end) {
  switch (end) {
    case FdatEnd::Shuffle:
    case FdatEnd::Shuffles:
      return "pixel shuffle";
    case FdatEnd::Nearest:
      return "nearest neighbours";
    case FdatEnd::DySample:
      return "DySample";
    case FdatEnd::Transposed:
      return "transposed convolutions";
    case FdatEnd::PixelAttention:
      return "pixel attention";
  }
  return "";
}

struct FdatTraits {
  using Config = FdatConfig;
  using Network = Fdat;
  static constexpr std::string_view kName = "FDAT";
  static constexpr int kMargin = 32;

  static Reading<FdatConfig> read(const StateDict& tensors) {
    const bool unshuffles = tensors.contains("conv_first.1.weight");
    const std::string first = unshuffles ? "conv_first.1.weight" : "conv_first.weight";
    const std::string squeeze = kBlock + "inter.cg.1.weight";
    if (auto missing = missingOf(tensors, {first, kBlock + "attn.bias", squeeze, kBlock + "ffn.smix.weight",
                                           "groups.0.blocks.1.attn.temp", "upsampler.MetaUpsample"});
        !missing.empty()) {
      return {std::nullopt, "it lacks groups of fast dual aggregation blocks", std::move(missing)};
    }
    FdatConfig config;
    config.features = sideOf(tensors, first, 0);
    if (unshuffles) {
      // Pictures of three channels, or else grey ones.
      const int inputs = sideOf(tensors, first, 1);
      config.channels = inputs % 3 == 0 ? 3 : 1;
      config.unshuffle = squareRoot(inputs / config.channels);
    } else {
      config.channels = sideOf(tensors, first, 1);
    }
    config.groups = countNumbered(tensors, "groups");
    config.blocks = countNumbered(tensors, "groups.0.blocks");
    config.heads = sideOf(tensors, kBlock + "attn.bias", 0);
    config.window = squareRoot(sideOf(tensors, kBlock + "attn.bias", 1));
    config.hidden = sideOf(tensors, kBlock + "ffn.fc1.weight", 0);
    config.reduced = sideOf(tensors, squeeze, 0);
    if (config.heads == 0 || config.features % config.heads != 0 || config.window == 0) {
      return {std::nullopt, "its heads do not divide its channels", {kBlock + "attn.bias"}};
    }
    if (!readFdatEnd(tensors, config) ||
        (unshuffles && (config.unshuffle < 2 || config.enlargement != kUnshuffledEnlargement ||
                        config.enlargement % config.unshuffle != 0))) {
      return {std::nullopt, "its last layers make no whole enlargement", {"upsampler.0.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const FdatConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.groups * config.blocks) + " blocks, " +
                               std::to_string(config.features) + " channels, " + nameOf(config.end);
    descriptor.purpose = config.scale() > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale();
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window * config.unshuffle;
    descriptor.margin = kMargin * config.unshuffle;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double f = config.features, tokens = config.window * config.window;
    const double shared = 4 * f * f + 10 * f + 2 * f * config.hidden + 9 * config.hidden;
    // Half of the blocks attend in windows, the others between the channels of a head.
    const double block = shared + f * tokens + f * f / config.heads;
    const double first = 9 * f * config.channels * config.unshuffle * config.unshuffle;
    const double inner = config.unshuffle * config.unshuffle;  // pixels of the picture for one of the features
    descriptor.flopPerPixel =
        2 * (first + config.groups * (config.blocks * block + 9 * f * f) + 9 * f * f + fdatEndMacs(config)) / inner;
    const double enlarged = config.enlargement * config.enlargement;
    const double end = config.end == FdatEnd::Transposed && config.enlargement == 4
                           ? 8 * f + 3.0 * config.channels * enlarged
                       : config.end == FdatEnd::Shuffle || config.end == FdatEnd::Transposed
                           ? 3.0 * config.channels * enlarged
                           : 2 * std::max<double>(config.end == FdatEnd::Nearest ? f : 0, config.middle) * enlarged;
    descriptor.activationBytesPerPixel =
        4 * (f + std::max(7 * f + config.heads * tokens / 2 + config.hidden, end)) / inner;
    return descriptor;
  }

  static std::vector<std::pair<std::string, FdatConfig>> published() {
    const FdatConfig tiny{.features = 96, .groups = 2, .blocks = 4, .heads = 3, .hidden = 144, .reduced = 12};
    const FdatConfig light{.features = 108, .groups = 3, .blocks = 4, .hidden = 216, .reduced = 13};
    const FdatConfig large{.features = 180, .blocks = 8, .heads = 6, .hidden = 360, .reduced = 22};
    const auto with = [](FdatConfig config, int enlargement, FdatEnd end = FdatEnd::Transposed, int unshuffle = 1) {
      config.enlargement = enlargement;
      config.end = end;
      config.unshuffle = unshuffle;
      return config;
    };
    FdatConfig huge = large;
    huge.groups = 6;
    huge.blocks = 12;
    return {{"4x_fdat_medium", {}},
            {"4x_fdat_tiny", tiny},
            {"4x_fdat_light", light},
            {"4x_fdat_large", large},
            {"4x_fdat_xl", huge},
            {"2x_fdat_tiny", with(tiny, 2)},
            {"2x_fdat_light", with(light, 2)},
            {"2x_fdat_medium", with({}, 2)},
            {"3x_fdat_medium", with({}, 3)},
            {"2x_fdat_medium_unshuffle", with({}, 4, FdatEnd::Transposed, 2)},
            {"1x_fdat_medium_unshuffle", with({}, 4, FdatEnd::Transposed, 4)},
            {"1x_fdat_light", with(light, 1, FdatEnd::Shuffle)},
            {"4x_fdat_light_shuffle", with(light, 4, FdatEnd::Shuffle)},
            {"4x_fdat_light_shuffles", with(light, 4, FdatEnd::Shuffles)},
            {"4x_fdat_light_nearest", with(light, 4, FdatEnd::Nearest)},
            {"2x_fdat_light_dysample", with(light, 2, FdatEnd::DySample)},
            {"4x_fdat_light_attention", with(light, 4, FdatEnd::PixelAttention)}};
  }
};

}  // namespace

const Family kFdat = NetworkFamily<FdatTraits>::row();

}  // namespace heirloom::models
