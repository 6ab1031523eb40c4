#include "models/retinexformer/family.h"

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/retinexformer/network.h"

namespace heirloom::models {
namespace {

const std::string kStage = "body.0.";

struct RetinexFormerTraits {
  using Config = RetinexFormerConfig;
  using Network = RetinexFormer;
  static constexpr std::string_view kName = "RetinexFormer";
  static constexpr int kMargin = 64;

  static Reading<RetinexFormerConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(
            tensors, {kStage + "estimator.conv1.weight", kStage + "denoiser.embedding.weight",
                      kStage + "denoiser.encoder_layers.0.0.blocks.0.0.rescale", kStage + "denoiser.mapping.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks stages that estimate the light and repair", std::move(missing)};
    }
    RetinexFormerConfig config;
    config.stages = countNumbered(tensors, "body");
    config.features = sideOf(tensors, kStage + "denoiser.embedding.weight", 0);
    config.channels = sideOf(tensors, kStage + "denoiser.embedding.weight", 1);
    config.blocks = {countNumbered(tensors, kStage + "denoiser.encoder_layers.0.0.blocks"),
                     countNumbered(tensors, kStage + "denoiser.encoder_layers.1.0.blocks"),
                     countNumbered(tensors, kStage + "denoiser.bottleneck.blocks")};
    if (config.channels < 1 || config.features % (config.channels + 1) != 0) {
      return {std::nullopt, "its channels cannot be shared by the picture's", {kStage + "denoiser.embedding.weight"}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const RetinexFormerConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.stages) + (config.stages == 1 ? " stage, " : " stages, ") +
                               std::to_string(config.features) + " channels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = RetinexFormerConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // attention between channels takes the whole picture
    descriptor.wholeStatistics = true;
    const double f = config.features;
    double macs = 25 * f * f / (config.channels + 1) + f * (2 * config.channels + 1) + 18 * f * config.channels;
    // A level has twice the channels on a quarter of the pixels; its attention is between the channels of `f`.
    const auto block = [f](double width) { return 4 * width * width + 2 * width * f + 8 * width * width + 54 * width; };
    macs += 2 * config.blocks[0] * block(f) + 2 * config.blocks[1] * block(2 * f) / 4 +
            config.blocks[2] * block(4 * f) / 16;
    macs += 2 * (32 * f * f / 4 + 128 * f * f / 16) + 4 * f * f + 4 * f * f;
    descriptor.flopPerPixel = 2 * config.stages * macs;
    descriptor.activationBytesPerPixel = 4 * 14 * f;
    return descriptor;
  }

  static std::vector<std::pair<std::string, RetinexFormerConfig>> published() {
    return {{"RetinexFormer_LOL_v1", {}}, {"RetinexFormer_MST_plus", {.stages = 3, .blocks = {1, 1, 1}}}};
  }
};

}  // namespace

const Family kRetinexFormer = NetworkFamily<RetinexFormerTraits>::row();

}  // namespace heirloom::models
