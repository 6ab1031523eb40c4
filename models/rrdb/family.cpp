#include "models/rrdb/family.h"

#include "models/common/network_family.h"
#include "models/common/output_grid.h"
#include "models/common/state_names.h"
#include "models/rrdb/network.h"

namespace heirloom::models {
namespace {

using Layout = RrdbConfig::Layout;

/// The first dense block's first convolution, and what else tells a layout, under the file's names.
struct Names {
  Layout layout;
  std::string first, denseBegin, denseEnd, trunk;
};

std::vector<Names> layouts() {
  return {{Layout::RealEsrGan, "conv_first", "body.0.rdb1.", "", "conv_body"},
          {Layout::BsrGan, "conv_first", "RRDB_trunk.0.RDB1.", "", "trunk_conv"},
          {Layout::Old, "model.0", "model.1.sub.0.RDB1.", ".0", ""}};
}

/// Numbers of the old layout: 0, 1, then three a stage, of which the second is the convolution.
int hrNumber(int stages) {
  return 3 * stages + 2;
}

std::string oldKey(const std::string& own, const RrdbConfig& config) {
  const std::size_t dot = own.rfind('.');
  const std::string layer = own.substr(0, dot);
  const std::string rest = own.substr(dot);
  if (layer == "conv_first") return "model.0" + rest;
  if (layer == "conv_body") return "model.1.sub." + std::to_string(config.blocks) + rest;
  if (layer == "conv_hr") return "model." + std::to_string(hrNumber(config.stages)) + rest;
  if (layer == "conv_last") return "model." + std::to_string(hrNumber(config.stages) + 2) + rest;
  if (layer.starts_with("conv_up")) return "model." + std::to_string(3 * std::stoi(layer.substr(7))) + rest;
  std::string key = "model.1.sub." + layer.substr(std::string_view("body.").size());
  key.replace(key.find("rdb"), 3, "RDB");
  const bool bare = key.ends_with("conv1x1") || (config.layout == Layout::OldBare && key.ends_with("conv5"));
  return key + (bare ? "" : ".0") + rest;
}

std::string bsrGanKey(const std::string& own) {
  if (own.starts_with("body.")) {
    std::string key = "RRDB_trunk." + own.substr(std::string_view("body.").size());
    return key.replace(key.find("rdb"), 3, "RDB");
  }
  if (own.starts_with("conv_body")) return "trunk_conv" + own.substr(std::string_view("conv_body").size());
  if (own.starts_with("conv_up")) return "upconv" + own.substr(std::string_view("conv_up").size());
  if (own.starts_with("conv_hr")) return "HRconv" + own.substr(std::string_view("conv_hr").size());
  return own;
}

int stagesOf(const StateDict& tensors, Layout layout) {
  if (layout == Layout::Old) return (countNumbered(tensors, "model") - 5) / 3;
  const std::string name = layout == Layout::BsrGan ? "upconv" : "conv_up";
  int stages = 0;
  while (tensors.contains(name + std::to_string(stages + 1) + ".weight")) ++stages;
  return stages;
}

struct RrdbTraits {
  using Config = RrdbConfig;
  using Network = RrdbNet;
  static constexpr std::string_view kName = "RRDB";
  // What lies further away does not show: Real-ESRGAN's own tiles overlap by 10.
  static constexpr int kMargin = 16;

  static Reading<RrdbConfig> read(const StateDict& tensors) {
    std::vector<std::string> nearest;
    for (const Names& names : layouts()) {
      const std::string dense = names.denseBegin + "conv1" + names.denseEnd + ".weight";
      std::vector<std::string> required = {names.first + ".weight", dense};
      if (!names.trunk.empty()) required.push_back(names.trunk + ".weight");
      std::vector<std::string> missing = missingOf(tensors, required);
      if (!missing.empty()) {
        if (nearest.empty() || missing.size() < nearest.size()) nearest = std::move(missing);
        continue;
      }
      return readLayout(tensors, names, dense);
    }
    return {std::nullopt, "it lacks residual dense blocks", std::move(nearest)};
  }

  static Reading<RrdbConfig> readLayout(const StateDict& tensors, const Names& names, const std::string& dense) {
    RrdbConfig config;
    config.layout = names.layout;
    config.features = sideOf(tensors, names.first + ".weight", 0);
    config.growth = sideOf(tensors, dense, 0);
    config.plus = tensors.contains(names.denseBegin + "conv1x1.weight");
    config.stages = stagesOf(tensors, names.layout);
    std::string last = "conv_last.weight";
    if (names.layout == Layout::Old) {
      config.blocks = countNumbered(tensors, "model.1.sub") - 1;
      last = "model." + std::to_string(hrNumber(config.stages) + 2) + ".weight";
      if (tensors.contains(names.denseBegin + "conv5.weight")) config.layout = Layout::OldBare;
    } else {
      config.blocks = countNumbered(tensors, names.layout == Layout::BsrGan ? "RRDB_trunk" : "body");
    }
    config.channels = sideOf(tensors, last, 0);
    const int in = sideOf(tensors, names.first + ".weight", 1);
    config.unshuffle = config.channels > 0 && in % config.channels == 0 ? squareRoot(in / config.channels) : 0;
    // One stage of nearest neighbours has the same shapes whether it enlarges by 2 or by 3.
    if (config.stages == 1 && isNamedWithScale(tensors, 3)) config.stageFactor = 3;
    if (config.unshuffle == 0 || config.enlargement() % config.unshuffle != 0) {
      return {std::nullopt,
              "its channels in and out are " + std::to_string(in) + " and " + std::to_string(config.channels),
              {}};
    }
    return {config, {}, {}};
  }

  static std::string fileKey(const std::string& own, const RrdbConfig& config) {
    switch (config.layout) {
      case Layout::RealEsrGan:
        return own;
      case Layout::BsrGan:
        return bsrGanKey(own);
      case Layout::Old:
      case Layout::OldBare:
        return oldKey(own, config);
    }
    return own;
  }

  static Descriptor describe(const RrdbConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.blocks) + " blocks, " + std::to_string(config.features) +
                               " channels" + (config.plus ? ", ESRGAN+" : "") +
                               (config.unshuffle > 1 ? ", input folded by " + std::to_string(config.unshuffle) : "");
    descriptor.purpose = config.scale() == 1 ? Purpose::Restore : Purpose::SuperResolve;
    descriptor.scale = config.scale();
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kOutputGrid * config.unshuffle;
    descriptor.margin = kMargin * config.unshuffle;
    descriptor.local = false;
    descriptor.mayShiftColours = true;
    if (config.stages == 1 && config.unshuffle == 1) descriptor.alternatives = {config.stageFactor == 3 ? "x2" : "x3"};
    const double nf = config.features;
    const double gc = config.growth;
    double dense = nf * (nf + 4 * gc);
    for (int i = 0; i < 4; ++i) dense += gc * (nf + i * gc);
    double macs =
        9 * (3.0 * config.blocks * dense + nf * nf + nf * config.channels * config.unshuffle * config.unshuffle);
    double pixels = 1;
    for (int i = 0; i < config.stages; ++i) macs += 9 * nf * nf * (pixels *= config.stageFactor * config.stageFactor);
    macs += 9 * pixels * nf * (nf + config.channels);
    const double folded = config.unshuffle * config.unshuffle;
    descriptor.flopPerPixel = 2 * macs / folded;
    // Either a dense block with its gathered inputs, or the enlarged picture's layers.
    descriptor.activationBytesPerPixel = 4 * std::max(4 * nf + 2 * (nf + 4 * gc), 2.5 * nf * pixels) / folded;
    return descriptor;
  }

  static std::vector<std::pair<std::string, RrdbConfig>> published() {
    return {{"BSRGAN", {}},
            {"BSRGANx2", {.stages = 1}},
            {"RRDB_ESRGAN_x4_old_arch", {.layout = Layout::Old}},
            {"rrdb_x4_psnr", {.layout = Layout::OldBare}},
            {"4x_ESRGANplus", {.plus = true, .layout = Layout::Old}},
            {"1x_old_arch", {.stages = 0, .layout = Layout::Old}},
            {"8x_old_arch", {.stages = 3, .layout = Layout::Old}},
            {"RealESRGAN_x4plus", {.layout = Layout::RealEsrGan}},
            {"RealESRGAN_x2plus", {.unshuffle = 2, .layout = Layout::RealEsrGan}},
            {"RealESRGAN_x1", {.unshuffle = 4, .layout = Layout::RealEsrGan}},
            {"RealESRGAN_x4plus_anime_6B", {.blocks = 6, .layout = Layout::RealEsrGan}}};
  }
};

}  // namespace

std::optional<RrdbConfig> detectRrdb(const StateDict& tensors) {
  return NetworkFamily<RrdbTraits>::configOf(tensors);
}

const Family kRrdb = NetworkFamily<RrdbTraits>::row();

}  // namespace heirloom::models
