#include "models/span/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/span/network.h"

namespace heirloom::models {
namespace {

constexpr int kConvolutions = 6 * 3 + 3;  // 3x3 ones, all in a row

struct SpanTraits {
  using Config = SpanConfig;
  using Network = SpanNet;
  static constexpr std::string_view kName = "SPAN";

  static Reading<SpanConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"conv_1.sk.weight", "block_1.c1_r.sk.weight", "conv_cat.weight",
                                           "conv_2.sk.weight", "upsampler.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks blocks of folded convolutions", std::move(missing)};
    }
    SpanConfig config;
    config.channels = sideOf(tensors, "conv_1.sk.weight", 1);
    config.features = sideOf(tensors, "conv_1.sk.weight", 0);
    config.normalised = !tensors.contains("no_norm");
    config.scale = squareRoot(sideOf(tensors, "upsampler.0.weight", 0) / std::max(1, config.channels));
    if (config.scale == 0) {
      return {std::nullopt, "its last convolution makes no whole enlargement", {"upsampler.0.weight"}};
    }
    return {config, {}, {}};
  }

  /// The folded form that the reference stores beside what it is folded from.
  static std::vector<std::string> ignorable() { return {"eval_conv.weight", "eval_conv.bias"}; }

  static Descriptor describe(const SpanConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.features) + " channels" + (config.normalised ? "" : ", not normalised");
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.margin = kConvolutions;
    descriptor.mayShiftColours = true;
    const double f = config.features;
    const double out = config.channels * config.scale * config.scale;
    descriptor.flopPerPixel = 2 * (9 * f * (config.channels + (kConvolutions - 2) * f + out) + 4 * f * f);
    descriptor.activationBytesPerPixel = 4 * std::max(10 * f, f + 2 * out);
    return descriptor;
  }

  static std::vector<std::pair<std::string, SpanConfig>> published() {
    return {{"spanx4_ch48", {}},
            {"spanx2_ch48", {.scale = 2}},
            {"spanx4_ch52", {.features = 52}},
            {"spanx2_ch52", {.features = 52, .scale = 2}},
            {"2x_span_no_norm", {.scale = 2, .normalised = false}},
            {"1x_span", {.features = 52, .scale = 1}}};
  }
};

}  // namespace

const Family kSpan = NetworkFamily<SpanTraits>::row();

}  // namespace heirloom::models
