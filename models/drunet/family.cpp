#include "models/drunet/family.h"

#include "models/common/jpeg_quality.h"
#include "models/common/noise_level.h"
#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr const char* kTask = "task";
constexpr const char* kDenoise = "denoise";
constexpr const char* kDeblock = "deblock";

Parameter taskParameter(bool deblocker) {
  return {kTask, HEIRLOOM_TEXT("setting.task", "Trained for"),
          HEIRLOOM_TEXT("setting.task.help",
                        "The weights of the denoiser and of the deblocker look alike: say which these are"),
          "", Choice{{kDenoise, kDeblock}, deblocker ? kDeblock : kDenoise}};
}

/// What one of the two is told in the channel of its map, and the other is not.
Parameter levelOf(const char* task, Parameter level) {
  level.onlyWith = Condition{kTask, task};
  return level;
}

struct DrunetTraits {
  using Config = DrunetConfig;
  using Network = ResUNet;
  static constexpr std::string_view kName = "DRUNet";
  static constexpr int kMargin = 64;  // KAIR's refield: what lies further away changes less than 0.01 dB (kair.md 1.9)

  static Reading<DrunetConfig> read(const StateDict& tensors) {
    Reading<ResUNetConfig> unet = readResUNet(tensors, "");
    if (!unet.config) return {std::nullopt, unet.reason, unet.unfit};
    const ResUNetConfig& config = *unet.config;
    if ((config.out != 1 && config.out != 3) || config.in != config.out + 1) {
      return {std::nullopt,
              "its channels in and out are " + std::to_string(config.in) + " and " + std::to_string(config.out) +
                  ", not 2 and 1 or 4 and 3",
              {}};
    }
    return {DrunetConfig{config.out, config, isNamedWith(tensors, "deblock")}, {}, {}};
  }

  static Descriptor describe(const DrunetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.unet.blocks) + " blocks a level, " + std::to_string(config.unet.features[0]) + " to " +
        std::to_string(config.unet.features[3]) + " channels, " + (config.channels == 1 ? "grey" : "colour");
    descriptor.purpose = config.deblocker ? Purpose::Deblock : Purpose::Denoise;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = 8;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.flopPerPixel = config.unet.flopPerPixel();
    descriptor.activationBytesPerPixel = config.unet.activationBytesPerPixel();
    descriptor.alternatives = {config.deblocker ? "denoiser" : "deblocker"};
    descriptor.parameters = {levelOf(kDenoise, noiseLevelParameter(75)), levelOf(kDeblock, jpegQualityParameter()),
                             taskParameter(config.deblocker)};
    return descriptor;
  }

  static ResUNet make(const DrunetConfig& config) { return ResUNet(config.unet); }

  static Run start(ResUNet network, const DrunetConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    // The deblocker was trained with (100 - quality) / 100 in the place of sigma.
    const bool deblocks = settings.choice(kTask) == kDeblock;
    const double level = deblocks ? (100.0 - static_cast<double>(settings.integer(kJpegQuality))) / 100.0
                                  : settings.real("noise_level") / 255.0;
    const at::Tensor map = at::full({1, 1, 1, 1}, level, at::TensorOptions(placement.device).dtype(at::kFloat));
    return [network, map, &observer](const at::Tensor& picture) mutable {
      return network->forward(withNoiseMap(picture, map), &observer);
    };
  }

  static std::vector<std::pair<std::string, DrunetConfig>> published() {
    return {{"drunet_gray", {1, {2, 1, {64, 128, 256, 512}, 4}}}, {"drunet_color", {}}};
  }
};

}  // namespace

std::optional<DrunetConfig> detectDrunet(const StateDict& tensors) {
  return NetworkFamily<DrunetTraits>::configOf(tensors);
}

ResUNet loadDrunet(const StateDict& tensors) {
  return NetworkFamily<DrunetTraits>::filled(tensors);
}

const Family kDrunet = NetworkFamily<DrunetTraits>::row();

}  // namespace heirloom::models
