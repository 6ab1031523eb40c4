#include "models/fftformer/family.h"

#include <algorithm>

#include "models/common/network_family.h"
#include "models/common/state_names.h"
#include "models/fftformer/network.h"

namespace heirloom::models {
namespace {

struct FftFormerTraits {
  using Config = FftFormerConfig;
  using Network = FftFormer;
  static constexpr std::string_view kName = "FFTformer";
  static constexpr int kMargin = 3 * FftFormerConfig::kSizeMultiple;  // three patches of the lowest level

  static Reading<FftFormerConfig> read(const StateDict& tensors) {
    const std::string out = "encoder_level1.0.ffn.project_out.weight";
    if (auto missing = missingOf(tensors, {"patch_embed.proj.weight", "encoder_level1.0.ffn.fft", out,
                                           "decoder_level3.0.attn.to_hidden.weight", "fuse1.conv2.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks three levels of blocks that weigh frequencies", std::move(missing)};
    }
    FftFormerConfig config;
    config.channels = sideOf(tensors, "patch_embed.proj.weight", 1);
    config.width = sideOf(tensors, "patch_embed.proj.weight", 0);
    for (std::size_t i = 0; i < config.blocks.size(); ++i)
      config.blocks[i] = countNumbered(tensors, "encoder_level" + std::to_string(i + 1));
    config.refinement = countNumbered(tensors, "refinement");
    config.expansion = static_cast<double>(sideOf(tensors, out, 1)) / std::max(1, config.width);
    return {config, {}, {}};
  }

  static Descriptor describe(const FftFormerConfig& config) {
    Descriptor descriptor;
    int blocks = config.refinement;
    for (const int count : config.blocks) blocks += 2 * count;
    descriptor.family = kName;
    descriptor.configuration =
        std::to_string(blocks) + " blocks, " + std::to_string(config.width) + " channels on the first of 3 levels";
    descriptor.purpose = Purpose::Deblur;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = FftFormerConfig::kSizeMultiple;
    descriptor.margin = kMargin;
    descriptor.local = false;              // a block carries a patch further, the 24 of the lowest level 32 pixels each
    constexpr double kTransform = 2 * 80;  // there and back
    const auto perceptron = [&](double f, double expansion) {
      const double hidden = f * expansion;
      return 3 * f * hidden + 2 * hidden * (9 + kTransform);
    };
    const auto attention = [](double f) { return 8 * f * f + 54 * f + 3 * f * kTransform; };
    const double width = config.width;
    double macs =
        18 * width * config.channels + config.refinement * (perceptron(width, config.expansion) + attention(width));
    for (std::size_t i = 0; i < config.blocks.size(); ++i) {
      const double f = width * (1 << i), pixels = 1.0 / (1 << (2 * i));
      macs += pixels * config.blocks[i] * (2 * perceptron(f, config.expansion) + attention(f));
      // Up and down between this level and the next, and a fusion of both.
      if (i + 1 < config.blocks.size())
        macs += pixels * (4.5 * f * f + 18 * f * f + 8 * f * f + perceptron(2 * f, 2.66));
    }
    descriptor.flopPerPixel = 2 * macs;
    // The spectrum of the first level's hidden features beside what it came from.
    descriptor.activationBytesPerPixel = 4 * width * (6 + 7 * config.expansion);
    return descriptor;
  }

  static std::vector<std::pair<std::string, FftFormerConfig>> published() {
    return {{"fftformer_GoPro", {}}, {"fftformer_RealBlur", {}}};
  }
};

}  // namespace

const Family kFftFormer = NetworkFamily<FftFormerTraits>::row();

}  // namespace heirloom::models
