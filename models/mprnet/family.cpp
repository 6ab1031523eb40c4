#include "models/mprnet/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/mprnet/network.h"

namespace heirloom::models {
namespace {

struct MprNetTraits {
  using Config = MprNetConfig;
  using Network = MprNet;
  static constexpr std::string_view kName = "MPRNet";
  static constexpr int kMargin = 64;

  static Reading<MprNetConfig> read(const StateDict& tensors) {
    const std::string squeeze = "shallow_feat1.1.CA.conv_du.0.weight",
                      second = "stage1_encoder.encoder_level2.0.body.0.weight";
    if (auto missing = missingOf(tensors, {"shallow_feat1.0.weight", squeeze, second, "sam12.conv1.weight",
                                           "stage3_orsnet.orb1.body.0.body.0.weight", "tail.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks three stages of blocks that attend to channels", std::move(missing)};
    }
    MprNetConfig config;
    config.channels = sideOf(tensors, "shallow_feat1.0.weight", 1);
    config.features = sideOf(tensors, "shallow_feat1.0.weight", 0);
    config.step = sideOf(tensors, second, 0) - config.features;
    config.lastStep = sideOf(tensors, "tail.weight", 1) - config.features;
    config.blocks = countNumbered(tensors, "stage3_orsnet.orb1.body") - 1;
    const int reduced = sideOf(tensors, squeeze, 0);
    if (reduced < 1 || config.features < reduced) return {std::nullopt, "its channel attention widens", {squeeze}};
    config.reduction = config.features / reduced;
    if (config.step < 0 || config.lastStep < 0)
      return {std::nullopt, "its levels become narrower on the way down", {second}};
    return {config, {}, {}};
  }

  static Descriptor describe(const MprNetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = "3 stages, " + std::to_string(config.features) + " channels";
    descriptor.purpose = Purpose::Restore;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = MprNetConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // halves and quarters, and channels weighed by their means over them
    descriptor.wholeStatistics = true;
    const double a = config.features, b = a + config.step, c = b + config.step, last = a + config.lastStep;
    const auto block = [](double f) { return 18 * f * f; };
    const double levels = block(a) + block(b) / 4 + block(c) / 16, resampled = a * b / 4 + b * c / 16;
    const double encoder = 2 * levels + resampled, decoder = encoder + block(a) + block(b) / 4;
    double macs = 3 * (9 * config.channels * a + block(a)) + 2 * (encoder + decoder);
    macs += 2 * (a * a + b * b / 4 + c * c / 16) + 2 * (a * a + 2 * config.channels * a);
    macs += 18 * a * (a + last) + 3 * (config.blocks * block(last) + 9 * last * last);
    macs += 2 * a * last * (1 + 1.0 / 4 + 1.0 / 16) + 2 * resampled + 9 * last * config.channels;
    descriptor.flopPerPixel = 2 * macs;
    // The features of a stage and its decoder's, and a block at work.
    descriptor.activationBytesPerPixel = 4 * (2 * (a + b / 4 + c / 16) + 4 * last);
    return descriptor;
  }

  static std::vector<std::pair<std::string, MprNetConfig>> published() {
    return {{"model_deraining", {}},
            {"model_deblurring", {.features = 96, .step = 48, .lastStep = 32}},
            {"model_denoising", {.features = 80, .step = 48, .lastStep = 32}}};
  }
};

}  // namespace

const Family kMprNet = NetworkFamily<MprNetTraits>::row();

}  // namespace heirloom::models
