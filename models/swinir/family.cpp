#include "models/swinir/family.h"

#include "models/common/network_family.h"
#include "models/common/padding.h"
#include "models/common/pixel_alignment.h"
#include "models/common/state_names.h"
#include "models/kernels/processor.h"
#include "models/swinir/network.h"

namespace heirloom::models {
namespace {

constexpr int kRangeOfDeblockers = 255;  // networks with windows of 7 were trained on 0..255

const std::string kBlock = "layers.0.residual_group.blocks.0.";

/// "conv" and "conv_after_body" are one convolution or a bottleneck of three.
std::string bodyConvolution(const StateDict& tensors) {
  return tensors.contains("conv_after_body.weight") ? "conv_after_body.weight" : "conv_after_body.0.weight";
}

/// Enlargement of the pixel shuffles below "upsample", with 64 features between them.
int shuffledScale(const StateDict& tensors) {
  int scale = 1;
  for (int i = 0;; i += 2) {
    const std::string key = "upsample." + std::to_string(i) + ".weight";
    if (!tensors.contains(key)) return scale;
    scale *= squareRoot(sideOf(tensors, key, 0) / std::max(1, sideOf(tensors, key, 1)));
  }
}

SwinIrHead headOf(const StateDict& tensors) {
  if (tensors.contains("conv_bicubic.weight")) return SwinIrHead::Auxiliary;
  if (tensors.contains("conv_before_upsample.0.weight")) {
    return tensors.contains("conv_up1.weight") ? SwinIrHead::NearestConvolution : SwinIrHead::PixelShuffle;
  }
  return tensors.contains("upsample.0.weight") ? SwinIrHead::PixelShuffleDirect : SwinIrHead::Residual;
}

const char* nameOf(SwinIrHead head) {
  switch (head) {
    case SwinIrHead::Residual:
      return "residual";
    case SwinIrHead::PixelShuffle:
      return "pixel shuffle";
    case SwinIrHead::PixelShuffleDirect:
      return "direct pixel shuffle";
    case SwinIrHead::NearestConvolution:
      return "nearest neighbours";
    case SwinIrHead::Auxiliary:
      return "pixel shuffle beside a bicubic enlargement";
  }
  return "";
}

/// Of the head beside a bicubic enlargement. Where the network has to extend a picture to whole windows, it enlarges
/// the extended one to the size of the other's result; the reference's script never lets it.
Parameter askewOrCentred() {
  Parameter parameter = alignmentParameter();
  parameter.help = HEIRLOOM_TEXT(
      "setting.alignment.askew",
      "Whether all pixels lie where they lie in any enlargement, or as the published network has it, which "
      "moves those of pictures whose sides are no multiples of 8 by up to 7");
  parameter.range = Choice{{"published", "centre"}, "published"};
  return parameter;
}

/// The window from the table of relative positions (SwinIR) or its coordinates (Swin2SR), which have 2 window - 1 rows
/// and columns.
int windowOf(const StateDict& tensors, bool second) {
  const int side = second ? sideOf(tensors, kBlock + "attn.relative_coords_table", 1)
                          : squareRoot(sideOf(tensors, kBlock + "attn.relative_position_bias_table", 0));
  return side % 2 == 1 ? (side + 1) / 2 : 0;
}

/// The first mask of shifted windows that is not for such `window`s; empty without one. They are never read, but a file
/// that stores others was trained with others.
std::string maskOfOtherWindows(const StateDict& tensors, int window) {
  const std::int64_t pixels = std::int64_t{window} * window;
  for (const auto& [key, entry] : tensors.entries()) {
    if (!key.ends_with(".attn_mask")) continue;
    const std::vector<std::int64_t>& shape = entry.shape;  // windows of the patch trained on, pixels, pixels
    if (shape.size() != 3 || shape[1] != pixels || shape[2] != pixels) return key;
  }
  return {};
}

/// `second`: the row is Swin2SR's.
template <bool second>
struct SwinIrTraits {
  using Config = SwinIrConfig;
  using Network = SwinIr;
  static constexpr std::string_view kName = second ? "Swin2SR" : "SwinIR";
  static constexpr int kMargin = 16;  // the reference's tiles overlap by twice as much
  static constexpr int kMarginBesideBicubic = 32;

  static Reading<SwinIrConfig> read(const StateDict& tensors) {
    const std::string table = second ? "attn.logit_scale" : "attn.relative_position_bias_table";
    const bool unshuffles = !second && tensors.contains("conv_first.1.weight");
    const std::string first = unshuffles ? "conv_first.1.weight" : "conv_first.weight";
    std::vector<std::string> required = {first, kBlock + "norm1.weight", kBlock + "mlp.fc1.bias", kBlock + table};
    if (second) required.push_back(kBlock + "attn.relative_coords_table");
    if (auto missing = missingOf(tensors, required); !missing.empty()) {
      return {std::nullopt, "it lacks residual groups of Swin blocks", std::move(missing)};
    }
    SwinIrConfig config;
    config.second = second;
    config.channels = sideOf(tensors, first, 1);
    config.features = sideOf(tensors, first, 0);
    if (unshuffles) {
      // Pictures of three channels, or else grey ones.
      const int inputs = config.channels;
      config.channels = inputs % 3 == 0 ? 3 : 1;
      config.unshuffle = squareRoot(inputs / config.channels);
    }
    config.depths.clear();
    for (int group = 0; group < countNumbered(tensors, "layers"); ++group) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(group) + ".residual_group.blocks"));
    }
    config.heads = sideOf(tensors, kBlock + table, second ? 0 : 1);
    config.hidden = sideOf(tensors, kBlock + "mlp.fc1.bias", 0);
    config.window = windowOf(tensors, second);
    config.threeConvolutions = bodyConvolution(tensors).find(".0.") != std::string::npos;
    config.head = headOf(tensors);
    if (config.window == 7) config.range = kRangeOfDeblockers;
    if (const int index = sideOf(tensors, kBlock + "attn.relative_position_index", 0);
        index != 0 && index != config.window * config.window) {
      return {std::nullopt,
              "its table of relative positions is for windows of " + std::to_string(config.window) +
                  ", the index into it is not",
              {kBlock + "attn.relative_position_index"}};
    }
    if (const std::string mask = maskOfOtherWindows(tensors, config.window); !mask.empty()) {
      return {std::nullopt,
              "its table of relative positions is for windows of " + std::to_string(config.window) +
                  ", a mask of shifted windows is not",
              {mask}};
    }
    if (config.heads == 0 || config.features % config.heads != 0) {
      return {std::nullopt, "its features cannot be shared out among its heads", {kBlock + table}};
    }
    switch (config.head) {
      case SwinIrHead::Residual:
        config.scale = 1;
        break;
      case SwinIrHead::PixelShuffle:
      case SwinIrHead::Auxiliary:
        config.scale = shuffledScale(tensors);
        break;
      case SwinIrHead::PixelShuffleDirect:
        config.scale = squareRoot(sideOf(tensors, "upsample.0.weight", 0) / std::max(1, config.channels));
        break;
      case SwinIrHead::NearestConvolution:
        config.scale = tensors.contains("conv_up3.weight") ? 8 : tensors.contains("conv_up2.weight") ? 4 : 2;
        break;
    }
    if (config.scale == 0) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.0.weight"}};
    if (unshuffles) {
      const bool enlarges = config.head != SwinIrHead::Residual && config.head != SwinIrHead::Auxiliary;
      if (!enlarges || config.unshuffle < 2 || config.scale % config.unshuffle != 0) {
        return {std::nullopt, "its layers make no whole enlargement", {first}};
      }
      config.scale /= config.unshuffle;
    }
    return {config, {}, {}};
  }

  /// What makes pixels channels has no tensors, but is counted in the name of the convolution behind it.
  static std::string fileKey(const std::string& own, const SwinIrConfig& config) {
    constexpr std::string_view kFirst = "conv_first.";
    if (config.unshuffle == 1 || !own.starts_with(kFirst)) return own;
    return std::string(kFirst) + "1." + own.substr(kFirst.size());
  }

  /// Tables that follow from the window: never read, may be absent.
  static std::vector<std::string> ignorable() {
    return {"attn_mask", "relative_position_index", "relative_coords_table"};
  }

  static Descriptor describe(const SwinIrConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const auto groups = static_cast<double>(config.depths.size());
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) + " channels, " +
                               std::to_string(config.heads) + " heads, windows of " + std::to_string(config.window) +
                               ", " + nameOf(config.head) + (config.channels == 1 ? ", grey" : ", colour") +
                               (config.unshuffle > 1 ? ", input folded by " + std::to_string(config.unshuffle) : "");
    descriptor.purpose = config.scale > 1   ? Purpose::SuperResolve
                         : config.range > 1 ? Purpose::Deblock
                                            : Purpose::Denoise;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = config.window * config.unshuffle;
    descriptor.margin = (config.head == SwinIrHead::Auxiliary ? kMarginBesideBicubic : kMargin) * config.unshuffle;
    descriptor.local = false;
    descriptor.mayShiftColours = config.head == SwinIrHead::NearestConvolution;
    if (config.head == SwinIrHead::Auxiliary) descriptor.parameters = {askewOrCentred()};

    const double f = config.features;
    const double c = config.channels;
    const double h = SwinIrConfig::kHeadFeatures;
    const double folded = config.unshuffle * config.unshuffle;  // pixels of the picture for one of the features
    const double pixels = config.enlargement() * config.enlargement();
    const double tokens = config.window * config.window;
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    double macs = 9 * c * folded * f + blocks * (4 * f * f + 2 * f * config.hidden + 2 * tokens * f) +
                  (groups + 1) * (ending + (config.second ? f * f : 0));
    double enlarged = 0;  // values of the largest layers after the body
    switch (config.head) {
      case SwinIrHead::Residual:
        macs += 9 * f * c;
        break;
      case SwinIrHead::PixelShuffleDirect:
        macs += 9 * f * c * pixels;
        enlarged = 2 * c * pixels;
        break;
      default:
        // Each stage makes its result's pixels times 64 x 64; stages before the last are a quarter of it.
        macs += 9 * h * (f + 4.0 / 3 * pixels * h + pixels * c);
        enlarged = 2.5 * h * pixels;
        break;
    }
    descriptor.flopPerPixel = 2 * macs / folded;
    // Without the kernels queries, keys and values are there shifted and cut into windows, too.
    const double body = processor().avx2 ? 5 * f + config.hidden : 11 * f + config.hidden;
    descriptor.activationBytesPerPixel = 4 * std::max(body, enlarged) / folded;
    return descriptor;
  }

  static Run start(SwinIr network, const SwinIrConfig& config, const Settings& settings, const Placement&,
                   Observer& observer) {
    const bool extends = alignsCentres(settings);
    return [network, config, extends, &observer](const at::Tensor& picture) mutable {
      if (!extends) return network->forward(picture, &observer);
      const std::int64_t height = picture.size(2), width = picture.size(3);
      const at::Tensor whole = mirroredTo(picture, upToMultiple(height, config.window),
                                          upToMultiple(width, config.window), Mirror::WithoutEdge);
      return cropTo(network->forward(whole, &observer), height * config.scale, width * config.scale);
    };
  }

  static std::vector<std::pair<std::string, SwinIrConfig>> published() {
    std::vector<std::pair<std::string, SwinIrConfig>> networks;
    const std::string prefix = second ? "Swin2SR_" : "SwinIR_";
    const auto add = [&](const std::string& name, SwinIrConfig config) {
      config.second = second;
      networks.emplace_back(prefix + name, std::move(config));
    };
    for (const int scale : {4, 2, 3, 8}) add("classical_x" + std::to_string(scale), {.scale = scale});
    for (const int scale : {2, 3, 4}) {
      add("lightweight_x" + std::to_string(scale), {.features = 60,
                                                    .depths = {6, 6, 6, 6},
                                                    .hidden = 120,
                                                    .scale = scale,
                                                    .head = SwinIrHead::PixelShuffleDirect});
    }
    add("real_x4", {.head = SwinIrHead::NearestConvolution});
    if (second) {
      add("compressed_x4", {.head = SwinIrHead::Auxiliary});
      add("Jpeg_dynamic", {.channels = 1, .window = 7, .scale = 1, .head = SwinIrHead::Residual, .range = 255});
      return networks;
    }
    add("real_x2", {.scale = 2, .head = SwinIrHead::NearestConvolution});
    add("real_x8", {.scale = 8, .head = SwinIrHead::NearestConvolution});  // the community's
    add("unshuffled_x2",
        {.features = 60, .depths = {6, 6, 6, 6}, .hidden = 120, .scale = 2, .unshuffle = 2});  // the community's
    add("real_large_x4", {.features = 240,
                          .depths = {6, 6, 6, 6, 6, 6, 6, 6, 6},
                          .heads = 8,
                          .hidden = 480,
                          .head = SwinIrHead::NearestConvolution,
                          .threeConvolutions = true});
    add("gray_denoising", {.channels = 1, .scale = 1, .head = SwinIrHead::Residual});
    add("color_denoising", {.scale = 1, .head = SwinIrHead::Residual});
    add("gray_jpeg", {.channels = 1, .window = 7, .scale = 1, .head = SwinIrHead::Residual, .range = 255});
    add("color_jpeg", {.window = 7, .scale = 1, .head = SwinIrHead::Residual, .range = 255});
    return networks;
  }
};

}  // namespace

std::optional<SwinIrConfig> detectSwinIr(const StateDict& tensors) {
  const std::optional<SwinIrConfig> first = NetworkFamily<SwinIrTraits<false>>::configOf(tensors);
  return first ? first : NetworkFamily<SwinIrTraits<true>>::configOf(tensors);
}

const Family kSwinIr = NetworkFamily<SwinIrTraits<false>>::row();
const Family kSwin2Sr = NetworkFamily<SwinIrTraits<true>>::row();

}  // namespace heirloom::models
