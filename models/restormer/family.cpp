#include "models/restormer/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/restormer/network.h"

namespace heirloom::models {
namespace {

struct RestormerTraits {
  using Config = RestormerConfig;
  using Network = RestormerNet;
  static constexpr std::string_view kName = "Restormer";
  static constexpr int kMargin = 64;

  static Reading<RestormerConfig> read(const StateDict& tensors) {
    const std::string block = "encoder_level1.0.";
    if (auto missing = missingOf(tensors, {"patch_embed.proj.weight", "output.weight", "reduce_chan_level3.weight",
                                           block + "attn.temperature", block + "ffn.project_out.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks four levels of blocks that attend between channels", std::move(missing)};
    }
    RestormerConfig config;
    config.inputs = sideOf(tensors, "patch_embed.proj.weight", 1);
    config.width = sideOf(tensors, "patch_embed.proj.weight", 0);
    config.channels = sideOf(tensors, "output.weight", 0);
    const std::array<std::string, 4> levels = {"encoder_level1", "encoder_level2", "encoder_level3", "latent"};
    for (std::size_t i = 0; i < levels.size(); ++i) {
      config.blocks.at(i) = countNumbered(tensors, levels.at(i));
      config.heads.at(i) = sideOf(tensors, levels.at(i) + ".0.attn.temperature", 0);
      if (config.heads.at(i) == 0 || (config.width << i) % config.heads.at(i) != 0) {
        return {std::nullopt, "its heads do not divide its channels", {levels.at(i) + ".0.attn.temperature"}};
      }
    }
    config.refinement = countNumbered(tensors, "refinement");
    config.withBias = tensors.contains(block + "norm1.body.bias");
    // Hidden features are whole numbers: the published factor where it gives this one.
    const int hidden = sideOf(tensors, block + "ffn.project_out.weight", 1);
    if (config.hiddenOf(config.width) != hidden) config.expansion = static_cast<double>(hidden) / config.width;
    if (config.inputs != config.channels && !config.dualPixel()) {
      return {std::nullopt,
              "it makes " + std::to_string(config.channels) + " channels of " + std::to_string(config.inputs),
              {}};
    }
    return {config, {}, {}};
  }

  static Descriptor describe(const RestormerConfig& config) {
    Descriptor descriptor;
    int blocks = config.refinement + config.blocks[3];
    for (std::size_t i = 0; i < 3; ++i) blocks += 2 * config.blocks.at(i);
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.width) +
                               " channels on the first of 4 levels" + (config.withBias ? "" : ", norms without bias") +
                               (config.dualPixel() ? ", dual pixel" : "");
    descriptor.purpose = config.withBias ? Purpose::Deblur : Purpose::Denoise;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = RestormerConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;
    descriptor.wholeStatistics = true;
    const auto block = [&](double f, int heads) {
      const double hidden = f * config.expansion;
      return 4 * f * f + 27 * f + 2 * f * f / heads + 3 * f * hidden + 18 * hidden;
    };
    const double width = config.width;
    double macs =
        9 * width * (config.inputs + 2 * config.channels) + config.refinement * block(2 * width, config.heads[0]);
    double pixels = 1;
    for (int i = 0; i < 4; ++i, pixels /= 4) {
      const auto at = static_cast<std::size_t>(i);
      const double f = width * (1 << i);
      macs += pixels * config.blocks.at(at) * block(f, config.heads.at(at));
      if (i == 3) break;
      // The first level's decoder works on both halves; below, a 1x1 convolution joins them.
      macs += pixels * config.blocks.at(at) * block(i == 0 ? 2 * f : f, config.heads.at(at));
      macs += pixels * (4.5 * f * f + 18 * f * f + (i == 0 ? 0 : 2 * f * f));
    }
    descriptor.flopPerPixel = 2 * macs;
    // A perceptron on the first level's decoder, and what is kept for it.
    descriptor.activationBytesPerPixel = 4 * width * (4 + 8 * config.expansion);
    return descriptor;
  }

  static std::vector<std::pair<std::string, RestormerConfig>> published() {
    return {{"motion_deblurring", {}},
            {"deraining", {}},
            {"single_image_defocus_deblurring", {}},
            {"dual_pixel_defocus_deblurring", {.inputs = 6}},
            {"real_denoising", {.withBias = false}},
            {"gaussian_color_denoising_blind", {.withBias = false}},
            {"gaussian_gray_denoising_blind", {.inputs = 1, .channels = 1, .withBias = false}}};
  }
};

}  // namespace

const Family kRestormer = NetworkFamily<RestormerTraits>::row();

}  // namespace heirloom::models
