#include "models/fbcnn/family.h"

#include "models/common/jpeg_quality.h"
#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/fbcnn/network.h"

namespace heirloom::models {
namespace {

Parameter qualityParameter() {
  Parameter parameter = jpegQualityParameter();
  parameter.help =
      HEIRLOOM_TEXT("setting.jpeg_quality.estimated",
                    "The quality to assume the photo was saved with: the lower, the more is smoothed. 0 leaves it "
                    "to the network, which estimates it from the photo");
  parameter.range = IntegerRange{.minimum = 0, .maximum = 100, .byDefault = 0};
  return parameter;
}

struct FbcnnTraits {
  using Config = FbcnnConfig;
  using Network = Fbcnn;
  static constexpr std::string_view kName = "FBCNN";
  static constexpr int kMargin = 64;

  static Reading<FbcnnConfig> read(const StateDict& tensors) {
    const bool unnumbered = tensors.contains("m_body_encoder.res.0.weight");
    const std::string lowest = unnumbered ? "m_body_encoder.res.0.weight" : "m_body_encoder.0.res.0.weight";
    if (auto missing = missingOf(
            tensors, {"m_head.weight", "m_tail.weight", lowest, "qf_pred.0.res.0.weight", "qf_embed.0.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks a U of residual blocks that estimates the quality", std::move(missing)};
    }
    FbcnnConfig config;
    config.channels = sideOf(tensors, "m_head.weight", 1);
    config.blocks = unnumbered ? 1 : countNumbered(tensors, "m_body_encoder");
    config.embedding = sideOf(tensors, "qf_embed.0.weight", 0);
    config.features = {sideOf(tensors, "m_head.weight", 0), sideOf(tensors, "m_down2.0.res.0.weight", 0),
                       sideOf(tensors, "m_down3.0.res.0.weight", 0), sideOf(tensors, lowest, 0)};
    return {config, {}, {}};
  }

  /// The reference makes no sequence of a single block, so the block's number is missing there.
  static std::string fileKey(const std::string& own, const FbcnnConfig& config) {
    if (config.blocks > 1) return own;
    for (const std::string_view sequence : {"m_body_encoder.", "m_body_decoder."}) {
      if (own.starts_with(sequence)) return std::string(sequence) + own.substr(sequence.size() + 2);  // without "0."
    }
    return own;
  }

  static Descriptor describe(const FbcnnConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks a level, " +
                               std::to_string(config.features[0]) + " to " + std::to_string(config.features[3]) +
                               " channels, " + (config.channels == 1 ? "grey" : "colour");
    descriptor.purpose = Purpose::Deblock;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = FbcnnConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    descriptor.parameters = {qualityParameter()};
    double macs = 18.0 * config.channels * config.features[0];
    double pixels = 1;
    for (std::size_t i = 0; i < 4; ++i, pixels /= 4) {
      const double f = config.features.at(i);
      // Above, blocks on the way down and up; on the lowest level encoder, decoder and the estimate.
      macs += pixels * config.blocks * (i < 3 ? 2 : 3) * 18 * f * f;
      if (i < 3) macs += pixels * 2 * f * config.features.at(i + 1);
    }
    descriptor.flopPerPixel = 2 * macs;
    descriptor.activationBytesPerPixel = 4.0 * config.features[0] * 6;
    return descriptor;
  }

  static Descriptor describe(const FbcnnConfig& config, const Settings& settings) {
    Descriptor descriptor = describe(config);
    descriptor.wholeStatistics = settings.integer(kJpegQuality) == 0;  // of the estimate
    return descriptor;
  }

  static Run start(Fbcnn network, const FbcnnConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    const std::int64_t chosen = settings.integer(kJpegQuality);
    const at::Tensor quality = chosen == 0 ? at::Tensor{}
                                           : at::full({1, 1}, static_cast<double>(100 - chosen) / 100,
                                                      at::TensorOptions(placement.device).dtype(at::kFloat));
    return [network, quality, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, quality, &observer);
    };
  }

  static std::vector<std::pair<std::string, FbcnnConfig>> published() {
    return {{"fbcnn_color", {}}, {"fbcnn_gray", {.channels = 1}}};
  }
};

}  // namespace

const Family kFbcnn = NetworkFamily<FbcnnTraits>::row();

}  // namespace heirloom::models
