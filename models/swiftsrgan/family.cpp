#include "models/swiftsrgan/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/swiftsrgan/network.h"

namespace heirloom::models {
namespace {

constexpr int kLargestDoublings = 4;

struct SwiftSrganTraits {
  using Config = SwiftSrganConfig;
  using Network = SwiftSrgan;
  static constexpr std::string_view kName = "Swift-SRGAN";

  static Reading<SwiftSrganConfig> read(const StateDict& tensors) {
    const std::string first = "initial.cnn.pointwise.weight";
    if (auto missing = missingOf(tensors, {first, "residual.0.block1.cnn.depthwise.weight",
                                           "convblock.cnn.depthwise.weight", "final_conv.pointwise.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks residual blocks of separable convolutions", std::move(missing)};
    }
    SwiftSrganConfig config;
    config.channels = sideOf(tensors, first, 1);
    config.features = sideOf(tensors, first, 0);
    config.blocks = countNumbered(tensors, "residual");
    const int doublings = countNumbered(tensors, "upsampler");
    if (doublings > kLargestDoublings) {
      return {std::nullopt, "it enlarges more than " + std::to_string(1 << kLargestDoublings) + " times", {}};
    }
    config.scale = 1 << doublings;
    return {config, {}, {}};
  }

  static Descriptor describe(const SwiftSrganConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) + " channels";
    descriptor.purpose = config.scale > 1 ? Purpose::SuperResolve : Purpose::Restore;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    // 9x9 at both ends, 3x3 twice a block and behind all blocks, once at every size of the enlargement.
    descriptor.margin = 4 + 2 * config.blocks + 1 + 2 + (4 + config.scale - 1) / config.scale;
    descriptor.mayShiftColours = true;
    const double f = config.features, c = config.channels;
    const auto separable = [](double in, double out, double taps) { return in * (taps + out); };
    double macs = separable(c, f, 81) + (2 * config.blocks + 1) * separable(f, f, 9);
    for (int size = 1; size < config.scale; size *= 2) macs += size * size * separable(f, 4 * f, 9);
    const double enlarged = config.scale * config.scale;
    descriptor.flopPerPixel = 2 * (macs + enlarged * separable(f, c, 81));
    descriptor.activationBytesPerPixel = 4 * f * (1 + std::max(3.0, 2 * enlarged));
    return descriptor;
  }

  static std::vector<std::pair<std::string, SwiftSrganConfig>> published() {
    return {{"swift_srgan_4x", {}}, {"swift_srgan_2x", {.scale = 2}}};
  }
};

}  // namespace

const Family kSwiftSrgan = NetworkFamily<SwiftSrganTraits>::row();

}  // namespace heirloom::models
