#include "models/grl/family.h"

#include <array>
#include <cmath>
#include <string_view>

#include "models/common/jpeg_quality.h"
#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/state_names.h"
#include "models/grl/network.h"

namespace heirloom::models {
namespace {

constexpr double kLoudest = 50;  // noise level that one network for all was trained up to
constexpr const char* kTask = "task";

const std::string kAttention = "layers.0.blocks.0.attn.";
const std::string kHeads = kAttention + "window_attn.attn_transform.logit_scale";
const std::string kStripeHeads = kAttention + "stripe_attn.attn_transform1.logit_scale";

/// The authors' windows for a task (config/experiment of their repository), but for some base networks.
struct TaskRow {
  GrlTask task;
  const char* name;       // as the setting has it; null: the head tells it
  std::string_view word;  // in the names of the authors' files
  Purpose purpose;
  GrlWindows windows;
};

const std::array<TaskRow, 7>& tasks() {
  static const std::array<TaskRow, 7> rows = {{{GrlTask::Enlarge, nullptr, {}, Purpose::SuperResolve, {32, 64, 64}},
                                               {GrlTask::RealEnlarge, nullptr, {}, Purpose::SuperResolve, {16, 32, 64}},
                                               {GrlTask::Denoise, "denoise", "dn_", Purpose::Denoise, {16, 64, 128}},
                                               {GrlTask::Jpeg, "jpeg", "jpeg_", Purpose::Deblock, {36, 72, 144}},
                                               {GrlTask::Motion, "motion", "motion_", Purpose::Deblur, {12, 48, 96}},
                                               {GrlTask::Defocus, "defocus", "defocus_", Purpose::Deblur, {16, 48, 96}},
                                               {GrlTask::Demosaic, "demosaic", "dm_", Purpose::Restore, {8, 32, 32}}}};
  return rows;
}

const TaskRow& rowOf(GrlTask task) {
  return tasks().at(static_cast<std::size_t>(task));
}

/// The windows that the authors ran a network of a task with. Some of `base` ones have more anchors
/// (scripts/grl/grl_test.md of their repository).
GrlWindows windowsOf(GrlTask task, bool base) {
  GrlWindows windows = rowOf(task).windows;
  if (base && (task == GrlTask::Enlarge || task == GrlTask::Denoise)) {
    windows.window = 32;
    windows.reduction = 2;
  }
  return windows;
}

/// Of a network that does not enlarge.
GrlTask taskByName(const StateDict& tensors) {
  const std::string file = tensors.archive() ? tensors.archive()->file().filename().string() : std::string{};
  for (const TaskRow& row : tasks()) {
    if (row.name && file.find(row.word) != std::string::npos) return row.task;
  }
  return GrlTask::Denoise;
}

Parameter taskParameter(GrlTask byDefault) {
  Choice choice{{}, rowOf(byDefault).name};
  for (const TaskRow& row : tasks()) {
    if (row.name) choice.options.emplace_back(row.name);
  }
  return {kTask, HEIRLOOM_TEXT("setting.task", "Trained for"),
          HEIRLOOM_TEXT("setting.task.unsaid",
                        "What the network was trained for, which its file does not say. With the wrong one the result "
                        "is unusable"),
          "", std::move(choice)};
}

bool asksForTask(const GrlConfig& config) {
  return !config.windowsKnown && !config.levelMap;
}

/// The tensors without what all names begin with, or without the networks it was trained with.
StateDict below(const StateDict& tensors, const std::string& prefix) {
  return prefix.empty() ? tensors : tensors.under(prefix.substr(0, prefix.size() - 1));
}

std::string prefixOf(const StateDict& tensors) {
  for (const char* prefix : {"model.", "model_g."}) {
    if (tensors.contains(std::string(prefix) + "conv_first.weight")) return prefix;
  }
  return {};
}

/// The file's name of a tensor, without the prefix.
std::string bareKey(const std::string& own) {
  constexpr std::string_view kUpsample = "upsample.";
  return own.starts_with(kUpsample) ? "upsample.up." + own.substr(kUpsample.size()) : own;
}

std::optional<PictureHeadConfig> readHead(const StateDict& tensors, int channels) {
  if (tensors.contains("conv_up1.weight")) return {{PictureHeadKind::NearestConvolution, 4}};
  if (tensors.contains("conv_before_upsample.0.weight")) {
    const int scale = shuffledScale(tensors, "upsample.up");
    if (scale == 0) return std::nullopt;
    return {{PictureHeadKind::PixelShuffle, scale}};
  }
  if (!tensors.contains("upsample.up.0.weight")) return {{PictureHeadKind::Residual, 1}};
  const int scale = squareRoot(sideOf(tensors, "upsample.up.0.weight", 0) / std::max(1, channels));
  if (scale == 0) return std::nullopt;
  return {{PictureHeadKind::PixelShuffleDirect, scale}};
}

/// What the tables of a file say that was saved with them; false without.
bool readWindows(const StateDict& tensors, GrlWindows& windows) {
  const int many = std::max(sideOf(tensors, "index_sh_a2w", 0), sideOf(tensors, "index_sh_a2w", 1));
  const int few = std::min(sideOf(tensors, "index_sh_a2w", 0), sideOf(tensors, "index_sh_a2w", 1));
  if (few < 1 || !tensors.contains("table_w") || !tensors.contains("table_sh")) return false;
  windows.reduction = squareRoot(many / few);
  windows.window = (sideOf(tensors, "table_w", 1) + 1) / 2;
  // side + side / reduction - 1 offsets
  const auto side = [&](std::size_t index) {
    return (sideOf(tensors, "table_sh", index) + 1) * windows.reduction / (windows.reduction + 1);
  };
  windows.rows = side(1);
  windows.columns = side(2);
  return true;
}

/// Whether pictures can be cut into them.
bool areWhole(const GrlWindows& windows) {
  const auto divides = [](int part, int whole) { return part >= 1 && whole % part == 0; };
  const int all = windows.multiple(), shortest = 2 * windows.reduction;
  return all <= 1024 && divides(windows.window, all) && divides(windows.rows, all) && divides(windows.columns, all) &&
         windows.reduction >= 1 && divides(shortest, windows.rows) && divides(shortest, windows.columns);
}

struct GrlTraits {
  using Config = GrlConfig;
  using Network = Grl;
  static constexpr std::string_view kName = "GRL";

  static Reading<GrlConfig> read(const StateDict& file) {
    GrlConfig config;
    config.prefix = prefixOf(file);
    const StateDict tensors = below(file, config.prefix);
    if (auto missing =
            missingOf(tensors, {"conv_first.weight", "norm_start.weight", "norm_end.weight", kHeads, kStripeHeads,
                                kAttention + "qkv.body.weight", kAttention + "anchor.body.0.reduction.weight"});
        !missing.empty()) {
      return {std::nullopt, "it lacks stages of blocks with windows and anchored stripes", std::move(missing)};
    }
    config.features = sideOf(tensors, "conv_first.weight", 0);
    const int inputs = sideOf(tensors, "conv_first.weight", 1);
    const int made = sideOf(tensors, "conv_last.weight", 0);
    config.channels = made > 0 ? made : inputs;
    config.levelMap = inputs == config.channels + 1;
    config.dualPixel = !config.levelMap && inputs == 2 * config.channels;
    config.depths.clear();
    for (int stage = 0; stage < countNumbered(tensors, "layers"); ++stage) {
      config.depths.push_back(countNumbered(tensors, "layers." + std::to_string(stage) + ".blocks"));
    }
    config.windowHeads = sideOf(tensors, kHeads, 0);
    config.stripeHeads = sideOf(tensors, kStripeHeads, 0);
    config.hidden = sideOf(tensors, "layers.0.blocks.0.mlp.fc1.weight", 0);
    config.bias = tensors.contains(kAttention + "qkv.body.bias");
    config.local = tensors.contains("layers.0.blocks.0.conv.cab.0.weight");
    config.threeConvolutions = tensors.contains("conv_after_body.0.weight");
    const auto divides = [&](int heads) { return heads >= 1 && config.features % (2 * heads) == 0; };
    if (!divides(config.windowHeads) || !divides(config.stripeHeads)) {
      return {std::nullopt, "its heads do not divide half of its channels", {kHeads}};
    }
    const auto head = readHead(tensors, config.channels);
    if (!head) return {std::nullopt, "its last layers make no whole enlargement", {"upsample.up.0.weight"}};
    config.head = *head;
    const bool enlarges = head->kind != PictureHeadKind::Residual;
    config.task = head->kind == PictureHeadKind::NearestConvolution ? GrlTask::RealEnlarge
                  : enlarges                                        ? GrlTask::Enlarge
                  : config.dualPixel                                ? GrlTask::Defocus
                                                                    : taskByName(file);
    config.windows = windowsOf(config.task, config.local);
    config.windowsKnown = readWindows(tensors, config.windows) || enlarges || config.dualPixel;
    if (!areWhole(config.windows)) return {std::nullopt, "its tables are for no whole windows", {"table_sh"}};

    std::vector<std::string> unfit = misfits(fileShapes(config), tensors, ignorable());
    if (!unfit.empty()) {
      const std::string reason = std::to_string(unfit.size()) + " keys do not fit";
      return {std::nullopt, reason, std::move(unfit), {}, /*complete=*/true};
    }
    return {std::move(config), {}, {}};
  }

  static NamedTensors fileShapes(const GrlConfig& config) {
    NamedTensors state = stateOf(*Grl(config));
    for (auto& [name, tensor] : state) name = bareKey(name);
    return state;
  }

  /// Tables that follow from the windows.
  static std::vector<std::string> ignorable() {
    return {"table_w",      "table_sh", "table_sv",    "index_w",     "index_sh_a2w", "index_sh_w2a", "index_sv_a2w",
            "index_sv_w2a", "mask_w",   "mask_sh_a2w", "mask_sh_w2a", "mask_sv_a2w",  "mask_sv_w2a"};
  }

  static std::string fileKey(const std::string& own, const GrlConfig& config) { return config.prefix + bareKey(own); }

  static void load(Grl& network, const StateDict& file, const GrlConfig& config) {
    std::map<std::string, std::string> own;
    for (const auto& [name, tensor] : stateOf(*network)) own[bareKey(name)] = name;
    const auto ownName = [&](const std::string& key) {
      const auto found = own.find(key);
      return found == own.end() ? key : found->second;
    };
    loadStrict(*network, below(file, config.prefix).renamed(ownName), ignorable());
  }

  static Descriptor describe(const GrlConfig& config) {
    Descriptor descriptor;
    int blocks = 0;
    for (const int depth : config.depths) blocks += depth;
    const GrlWindows& windows = config.windows;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(blocks) + " blocks, " + std::to_string(config.features) +
                               " channels, windows of " + std::to_string(windows.window) + ", stripes of " +
                               std::to_string(windows.rows) + "x" + std::to_string(windows.columns) +
                               " with an anchor every " + std::to_string(windows.reduction) + " pixels" +
                               (config.dualPixel ? ", dual pixel" : "");
    descriptor.purpose = rowOf(config.task).purpose;
    descriptor.scale = config.head.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = windows.multiple();
    descriptor.margin = windows.multiple() / 2;  // what the authors' tiles overlap by
    descriptor.local = false;                    // stripes of all blocks reach across most pictures
    descriptor.wholeStatistics = config.local;   // channel attention beside the stripes
    descriptor.mayShiftColours = config.task == GrlTask::RealEnlarge;
    if (asksForTask(config)) descriptor.parameters.push_back(taskParameter(config.task));
    if (config.levelMap) {
      descriptor.parameters.push_back(config.task == GrlTask::Jpeg ? jpegQualityParameter()
                                                                   : noiseLevelParameter(kLoudest));
    }
    const double f = config.features, r = static_cast<double>(windows.reduction) * windows.reduction;
    const double anchors = windows.rows * windows.columns / r, keys = windows.window * windows.window;
    const double block = 4 * f * f + f * f / (2 * r) + keys * f + 2 * anchors * f + 2 * f * config.hidden +
                         (config.local ? 4.5 * f * f : 0);
    const double ending = config.threeConvolutions ? 9 * f * f / 2 + f * f / 16 : 9 * f * f;
    descriptor.flopPerPixel =
        2 * (9 * f * config.channels + blocks * block + (static_cast<double>(config.depths.size()) + 1) * ending +
             PictureHead::macsPerPixel(config.head, config.features, config.channels));
    descriptor.activationBytesPerPixel =
        4 * std::max(12 * f + config.hidden, 160.0 * config.head.scale * config.head.scale);
    return descriptor;
  }

  static Descriptor describe(const GrlConfig& config, const Settings& settings) {
    return describe(chosen(config, settings));
  }

  /// With the windows of the task that a person chose.
  static GrlConfig chosen(const GrlConfig& config, const Settings& settings) {
    GrlConfig result = config;
    if (!asksForTask(config)) return result;
    for (const TaskRow& row : tasks()) {
      if (!row.name || settings.choice(kTask) != row.name) continue;
      result.task = row.task;
      result.windows = windowsOf(row.task, config.local);
    }
    return result;
  }

  static Run start(Grl network, const GrlConfig& config, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    network->use(chosen(config, settings).windows);
    at::Tensor level;
    if (settings.has("noise_level")) level = sigmaOf(settings, placement.device);
    if (settings.has(kJpegQuality)) {
      level = at::full({1, 1, 1, 1}, 1 - static_cast<double>(settings.integer(kJpegQuality)) / 100,
                       at::TensorOptions(placement.device).dtype(at::kFloat));
    }
    return [network, level, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, level, &observer);
    };
  }

  static std::vector<std::pair<std::string, GrlConfig>> published() {
    const auto sized = [](GrlConfig config, GrlTask task) {
      config.task = task;
      config.windows = windowsOf(task, config.local);
      config.windowsKnown = task == GrlTask::Enlarge || task == GrlTask::RealEnlarge;
      if (!config.windowsKnown) config.head = {PictureHeadKind::Residual, 1};
      return config;
    };
    const GrlConfig tiny, small{.features = 128, .hidden = 256};
    const GrlConfig base{.features = 180,
                         .depths = {4, 4, 8, 8, 8, 4, 4},
                         .windowHeads = 3,
                         .stripeHeads = 3,
                         .hidden = 360,
                         .local = true};
    std::vector<std::pair<std::string, GrlConfig>> networks;
    for (const int scale : {4, 3, 2}) {
      const std::string x = "c3x" + std::to_string(scale);
      for (const auto& [name, size] :
           {std::pair("sr_grl_tiny_", tiny), {"sr_grl_small_", small}, {"sr_grl_base_", base}}) {
        GrlConfig config = size;
        config.head = {
            size.features == tiny.features ? PictureHeadKind::PixelShuffleDirect : PictureHeadKind::PixelShuffle,
            scale};
        networks.emplace_back(name + x, sized(config, GrlTask::Enlarge));
      }
    }
    GrlConfig real = base;
    real.head = {PictureHeadKind::NearestConvolution, 4};
    real.prefix = "model_g.";
    networks.emplace_back("bsr_grl_base", sized(real, GrlTask::RealEnlarge));
    for (const int channels : {3, 1}) {
      for (const auto& [name, size] : {std::pair("tiny", tiny), {"small", small}, {"base", base}}) {
        GrlConfig config = size;
        config.channels = channels;
        const std::string c = std::string("dn_grl_") + name + "_c" + std::to_string(channels);
        networks.emplace_back(c + "s25", sized(config, GrlTask::Denoise));
        config.levelMap = true;
        networks.emplace_back(c, sized(config, GrlTask::Denoise));
      }
      GrlConfig config = small;
      config.channels = channels;
      const std::string c = "jpeg_grl_small_c" + std::to_string(channels);
      networks.emplace_back(c + "q30", sized(config, GrlTask::Jpeg));
      config.levelMap = true;
      networks.emplace_back(c, sized(config, GrlTask::Jpeg));
    }
    networks.emplace_back("db_motion_grl_base_gopro", sized(base, GrlTask::Motion));
    networks.emplace_back("db_defocus_single_pixel_grl_base", sized(base, GrlTask::Defocus));
    GrlConfig views = sized(base, GrlTask::Defocus);
    views.dualPixel = views.windowsKnown = true;
    networks.emplace_back("db_defocus_dual_pixel_grl_base", views);
    networks.emplace_back("dm_grl_small", sized(small, GrlTask::Demosaic));
    return networks;
  }
};

}  // namespace

const Family kGrl = NetworkFamily<GrlTraits>::row();

}  // namespace heirloom::models
