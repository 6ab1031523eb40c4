#include "models/mmrealsr/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/output_grid.h"
#include "models/common/state_names.h"
#include "models/mmrealsr/network.h"

namespace heirloom::models {
namespace {

constexpr int kScale = 4;
constexpr const char* kDegradation = "degradation";
constexpr const char* kBlur = "blur_degree";
constexpr const char* kNoise = "noise_degree";

std::vector<Parameter> degradationParameters() {
  const RealRange degree{.minimum = 0, .maximum = 1, .byDefault = 0.5, .step = 0.05};
  return {{kDegradation, HEIRLOOM_TEXT("setting.degradation", "Degradation"),
           HEIRLOOM_TEXT("setting.degradation.help",
                         "Whether the network estimates how blurred and noisy the photo is, or is told so below"),
           "", Choice{{"estimated", "told"}, "estimated"}},
          {kBlur, HEIRLOOM_TEXT("setting.blur_degree", "Blur"),
           HEIRLOOM_TEXT("setting.blur_degree.help",
                         "How blurred the photo is, 0 to 1, if told: the higher, the more is sharpened"),
           "", degree},
          {kNoise, HEIRLOOM_TEXT("setting.noise_degree", "Noise"),
           HEIRLOOM_TEXT("setting.noise_degree.help",
                         "How noisy the photo is, 0 to 1, if told: the higher, the more is smoothed"),
           "", degree}};
}

/// The estimator's blocks and the convolutions between them, as its first sequence has them.
std::vector<MmRealSrConfig::Stage> stagesOf(const StateDict& tensors) {
  std::vector<MmRealSrConfig::Stage> stages = {{sideOf(tensors, "de_net.conv_first.0.weight", 0), 0}};
  for (int i = 0; i < countNumbered(tensors, "de_net.body.0"); ++i) {
    const std::string module = "de_net.body.0." + std::to_string(i);
    if (tensors.contains(module + ".conv1.weight"))
      ++stages.back().blocks;
    else
      stages.push_back({sideOf(tensors, module + ".weight", 0), 0});
  }
  return stages;
}

struct MmRealSrTraits {
  using Config = MmRealSrConfig;
  using Network = MmRealSr;
  static constexpr std::string_view kName = "MM-RealSR";
  static constexpr int kMargin = 16;  // RRDB's

  static Reading<MmRealSrConfig> read(const StateDict& tensors) {
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", "conv_up2.weight", "conv_last.weight", "body.0.rdb1.conv1.weight",
                                "am_list.0.fc.0.weight", "de_net.conv_first.0.weight", "dd_embed.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual dense blocks that are steered by an estimate", std::move(missing)};
    }
    MmRealSrConfig config;
    config.channels = sideOf(tensors, "conv_last.weight", 0);
    config.features = sideOf(tensors, "conv_first.weight", 0);
    config.growth = sideOf(tensors, "body.0.rdb1.conv1.weight", 0);
    config.blocks = countNumbered(tensors, "body");
    config.embedding = sideOf(tensors, "dd_embed.0.weight", 0);
    config.stages = stagesOf(tensors);
    config.hidden = sideOf(tensors, "de_net.fc_degree.0.0.weight", 0);
    if (sideOf(tensors, "conv_first.weight", 1) != config.channels) {
      return {std::nullopt, "it folds its input, which its estimator cannot", {"conv_first.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const MmRealSrConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) + " channels";
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.scale = kScale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kOutputGrid;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    descriptor.parameters = degradationParameters();
    const double f = config.features, g = config.growth;
    double dense = f * (f + 4 * g);
    for (int i = 0; i < 4; ++i) dense += g * (f + i * g);
    double estimator = config.channels * f, pixels = 1;
    for (std::size_t i = 0; i < config.stages.size(); ++i, pixels /= 4) {
      const double features = config.stages[i].features;
      estimator += pixels * 2 * config.stages[i].blocks * features * features;
      if (i + 1 < config.stages.size()) estimator += pixels / 4 * features * config.stages[i + 1].features;
    }
    const double ends = f * f * (1 + 4 + 16 + 16) + f * config.channels * (1 + 16);
    descriptor.flopPerPixel = 2 * 9 * (3.0 * config.blocks * dense + MmRealSrImpl::kDegrees * estimator + ends);
    descriptor.activationBytesPerPixel = 4 * std::max(5 * f + 2 * (f + 4 * g), 2.5 * f * kScale * kScale);
    return descriptor;
  }

  static Descriptor describe(const MmRealSrConfig& config, const Settings& settings) {
    Descriptor descriptor = describe(config);
    descriptor.wholeStatistics = settings.choice(kDegradation) == "estimated";
    return descriptor;
  }

  static Run start(MmRealSr network, const MmRealSrConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    at::Tensor degrees;
    if (settings.choice(kDegradation) == "told") {
      degrees = at::tensor({static_cast<float>(settings.real(kBlur)), static_cast<float>(settings.real(kNoise))})
                    .view({1, 2})
                    .to(placement.device);
    }
    return [network, degrees, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, degrees, &observer);
    };
  }

  static std::vector<std::pair<std::string, MmRealSrConfig>> published() {
    return {{"MMRealSRGAN", {}}, {"MMRealSRNet", {}}};
  }
};

}  // namespace

const Family kMmRealSr = NetworkFamily<MmRealSrTraits>::row();

}  // namespace heirloom::models
