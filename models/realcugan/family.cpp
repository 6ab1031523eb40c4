#include "models/realcugan/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/realcugan/network.h"

namespace heirloom::models {
namespace {

constexpr int kSizeMultiple = 4;

// Multiply-adds of the two networks but for their ends, per pixel of what they are given.
constexpr double kFirst = 9.0 * (32 * 64 + 64 * 64) + 4 * 64 * 64 / 4 + 9.0 * 2 * 64 * 128 / 4 + 64 * 64;
constexpr double kSecond = 9.0 * (32 * 64 + 64 * 64) + 64 * 64 + 9.0 * (64 * 64 + 64 * 128) / 4 + 128 * 128 / 4 +
                           9.0 * 2 * 128 * 256 / 16 + 128 * 128 / 4 + 9.0 * (128 * 64 + 64 * 64) / 4 + 64 * 64;

struct RealCuganTraits {
  using Config = RealCuganConfig;
  using Network = RealCugan;
  static constexpr std::string_view kName = "Real-CUGAN";
  static constexpr int kMargin = 32;

  static Reading<RealCuganConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"unet1.conv1.conv.0.weight", "unet1.conv_bottom.weight",
                                           "unet2.conv3.seblock.conv1.weight", "unet2.conv_bottom.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks two networks with channel attention, one behind the other", std::move(missing)};
    }
    RealCuganConfig config;
    config.pro = tensors.contains("pro");
    const int in = sideOf(tensors, "unet1.conv1.conv.0.weight", 1);
    config.channels = in;
    if (tensors.contains("conv_final.weight")) {
      config.channels = sideOf(tensors, "conv_final.weight", 0) / 4;
      // A network that enlarges a picture of one channel four times looks like this one's for four.
      config.fast = in == 4 * config.channels;
      config.scale = config.fast ? 2 : 4;
    } else {
      config.scale = sideOf(tensors, "unet1.conv_bottom.weight", 2) == 5 ? 3 : 2;
    }
    return {config, {}, {}};
  }

  /// A mark without values.
  static std::vector<std::string> ignorable() { return {"pro"}; }

  static Descriptor describe(const RealCuganConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration =
        std::string("x") + std::to_string(config.scale) + (config.fast ? " fast" : "") + (config.pro ? ", pro" : "");
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;  // channels are weighed by their means over the picture
    descriptor.wholeStatistics = true;
    descriptor.mayShiftColours = true;
    const double given = config.fast ? 0.25 : 1;  // pixels of the first network
    const double made = given * (config.scale == 3 ? 9 : 4);
    const bool shuffles = config.scale == 4 || config.fast;
    const double between = shuffles ? 64 : config.channels;
    const double bottom = (config.scale == 3 ? 25 : 16) * 64 * between + 9 * 64 * 64;
    descriptor.flopPerPixel = 2 * (given * (kFirst + bottom + 9 * 32 * config.channels / given) +
                                   made * (kSecond + 9 * 32 * between + 9 * 64 * 64 + 9 * 64 * between) +
                                   (shuffles ? made * 9 * 64 * 4 * config.channels : 0));
    descriptor.activationBytesPerPixel = 4 * made * (3 * 64 + between);
    return descriptor;
  }

  static std::vector<std::pair<std::string, RealCuganConfig>> published() {
    std::vector<std::pair<std::string, RealCuganConfig>> networks;
    for (const int scale : {2, 3, 4})
      networks.emplace_back("up" + std::to_string(scale) + "x-latest-no-denoise", RealCuganConfig{.scale = scale});
    for (const int scale : {2, 3}) {
      networks.emplace_back("pro-no-denoise-up" + std::to_string(scale) + "x",
                            RealCuganConfig{.scale = scale, .pro = true});
    }
    networks.emplace_back("sudo_shuffle_cugan_2x", RealCuganConfig{.fast = true});
    return networks;
  }
};

}  // namespace

const Family kRealCugan = NetworkFamily<RealCuganTraits>::row();

}  // namespace heirloom::models
