#include "core/train/config.h"

#include <algorithm>

#include "core/engine/placement.h"
#include "core/train/yaml_section.h"
#include "models/common/joined.h"
#include "models/restorevar/initial_copy.h"

namespace heirloom::core {
namespace {

void require(bool condition, const char* key, const char* takes) {
  if (!condition) {
    throw Error(HEIRLOOM_TEXT("train.range", "%1 is out of range").with(key),
                HEIRLOOM_TEXT("train.range.remedy", "it takes %1").with(takes));
  }
}

/// The families that can be trained, and what can be learned of each.
const std::map<std::string, std::vector<std::string>>& stagesByFamily() {
  static const std::map<std::string, std::vector<std::string>> stages = {
      {"DnCNN", {"denoise"}},
      {"FDnCNN", {"denoise"}},
      {"FFDNet", {"denoise"}},
      {"InstantIR", {"perceptor", "previewer", "aggregator"}},
      {"RestoreVAR", {"vqvae", "decoder", "var", "refiner"}}};
  return stages;
}

void checkRestoreVar(const TrainConfig& config) {
  constexpr int kGroups = 32;  // of the autoencoder's norms
  const models::VqVaeConfig& vae = config.network.restorevar.vae;
  const models::VarConfig& var = config.network.restorevar.var;
  require(config.network.channels == 3, "network.channels", "3 (RestoreVAR)");
  require(vae.channels > 0 && vae.channels % kGroups == 0, "network.vqvae.channels", "a multiple of 32");
  require(!vae.multipliers.empty() && vae.multipliers.size() <= 8 && std::ranges::min(vae.multipliers) >= 1,
          "network.vqvae.multipliers", "1 to 8 whole numbers from 1 on, one a level");
  require(vae.blocks >= 1, "network.vqvae.blocks", "1 or more");
  require(vae.latent >= 1, "network.vqvae.latent", "1 or more");
  require(vae.vocabulary >= 2, "network.vqvae.vocabulary", "2 or more");
  require(!var.sides.empty() && var.sides.front() == 1 &&
              std::ranges::adjacent_find(var.sides, std::greater_equal{}) == var.sides.end(),
          "network.transformer.sides", "growing sides of the token maps, the first one 1");
  require(var.depth >= 1, "network.transformer.depth", "1 or more");
  require(var.hidden >= 1, "network.transformer.hidden", "1 or more");
  require(var.classes >= 0, "network.transformer.classes", "0 or more");
  require(var.heads >= 1 && var.width >= 1 && var.width % (4 * var.heads) == 0, "network.transformer.width",
          "a multiple of 4 times the heads");
  const int headDim = var.width / var.heads;
  require(var.refiner.width >= 1 && var.refiner.width % headDim == 0, "network.refiner.width",
          "a multiple of the size of the transformer's heads");
  require(var.refiner.depth >= 1 && var.refiner.hidden >= 1, "network.refiner.depth", "1 or more, hidden 1 or more");
  if (config.dataset.patch != config.network.restorevar.side()) {
    throw Error(HEIRLOOM_TEXT("train.range", "%1 is out of range").with("dataset.patch"),
                HEIRLOOM_TEXT("train.square.remedy", "this network sees squares of %1 pixels")
                    .with(std::to_string(config.network.restorevar.side())));
  }
  require(config.stage == "vqvae" || !config.network.weights.empty(), "network.weights",
          "the weights of the stage before");
  require(config.stage == "var" || config.network.transformerWeights.empty(), "network.transformer.weights",
          "nothing but in stage var: later the transformer is in network.weights");
  require(
      !config.network.initial.copying ||
          (models::canCopy(config.network.restorevar) && config.network.transformerWeights.empty()),
      "network.transformer.copying",
      "false beside network.transformer.weights, where heads are narrower than a latent or 12, or the width is less "
      "than 2 (latent + scales + 1)");
  require(config.totalVariation == 0, "total_variation", "0 (RestoreVAR)");
  require(config.stage == "vqvae" || config.stage == "decoder" || !config.degradation.kinds.empty(), "degradation",
          ("one or more of " + degradationNames()).c_str());
}

void checkInstantIr(const TrainConfig& config) {
  const models::ResamplerConfig& resampler = config.network.resampler;
  require(!config.network.folder.empty(), "network.folder", "the folder of SDXL and DINOv2, or of all of InstantIR");
  require(config.network.weights.empty(), "network.weights", "nothing: network.folder holds them (InstantIR)");
  require(config.network.channels == 3, "network.channels", "3 (InstantIR)");
  require(std::ranges::min({resampler.width, resampler.depth, resampler.heads, resampler.headWidth, resampler.queries,
                            resampler.multiplier}) >= 1,
          "network.resampler", "whole numbers from 1 on");
  require(config.network.rank >= 1, "network.rank", "1 or more");
  require(!config.degradation.kinds.empty(), "degradation", ("one or more of " + degradationNames()).c_str());
  require(config.totalVariation == 0, "total_variation", "0 (InstantIR)");
  const auto& [picture, caption, both] = config.dropping;
  require(std::min({picture, caption, both}) >= 0 && picture + caption + both <= 1, "dropping",
          "parts of the pictures, 0 or more, together up to 1");
}

void check(const TrainConfig& config) {
  require(!config.dataset.folder.empty() || !config.dataset.folders.empty(), "dataset.folder",
          "a folder of clean photos");
  require(config.dataset.folder.empty() || config.dataset.folders.empty(), "dataset.folders",
          "nothing beside dataset.folder");
  for (const auto& [folder, weight] : config.dataset.folders)
    require(weight > 0, "dataset.folders", "folders of clean photos with a weight above 0 each");
  require(!config.output.empty(), "output", "a folder for checkpoint, log and result");
  require(config.dataset.patch >= 8 && config.dataset.patch % 2 == 0, "dataset.patch", "an even number from 8 on");
  require(config.dataset.batch >= 1, "dataset.batch", "1 or more");
  for (const double scale : config.dataset.scales)
    require(scale > 0 && scale <= 1, "dataset.scales", "factors above 0, up to 1");
  require(config.dataset.shortSide == 0 || config.dataset.shortSide >= config.dataset.patch, "dataset.short_side",
          "0, or as much as dataset.patch and more");
  const auto& sigma = config.degradation.sigma;
  require(sigma[0] >= 0 && sigma[0] <= sigma[1] && sigma[1] <= 255, "degradation.sigma",
          "two numbers, 0 to 255, the smaller first");
  (void)RandomDegradation(config.degradation.kinds);  // throws on what there is not

  const auto family = stagesByFamily().find(config.network.family);
  require(family != stagesByFamily().end(), "network.family", "FFDNet, DnCNN, FDnCNN, InstantIR or RestoreVAR");
  require(std::ranges::count(family->second, config.stage) > 0, "stage",
          (joined(family->second) + " (" + config.network.family + ")").c_str());
  require(config.network.channels == 1 || config.network.channels == 3, "network.channels", "1 or 3");
  require(config.network.layers >= 3 && config.network.features >= 1, "network.layers",
          "3 or more, features 1 or more");
  if (config.network.family == "RestoreVAR") checkRestoreVar(config);
  if (config.network.family == "InstantIR") {
    checkInstantIr(config);
  } else {
    require(config.network.folder.empty(), "network.folder", "nothing (InstantIR alone has one)");
    require(!config.gradientCheckpointing, "gradient_checkpointing", "false (InstantIR alone has it)");
  }

  require(config.loss == "l1" || config.loss == "l2" || config.loss == "charbonnier" || config.loss == "ssim", "loss",
          "l1, l2, charbonnier or ssim");
  require(config.totalVariation >= 0, "total_variation", "0 or more");
  require(config.adversarial >= 0 && (config.adversarial == 0 || config.stage == "vqvae" || config.stage == "decoder"),
          "adversarial", "0 or more, and above 0 in RestoreVAR's stages vqvae and decoder alone");
  require(config.optimizer.accumulate >= 1, "optimizer.accumulate", "1 or more");
  require(config.network.initial.temperature > 0 && config.network.initial.temperature <= 100,
          "network.transformer.temperature", "a number above 0, up to 100");
  require(config.dropPath >= 0 && config.dropPath < 1, "drop_path", "a probability, 0 to below 1");
  require(config.scheduledSampling >= 0 && config.scheduledSampling <= 1, "scheduled_sampling", "a part, 0 to 1");
  const std::string& decay = config.schedule.decay;
  require(decay == "cosine" || decay == "linear" || decay == "step" || decay == "constant", "schedule.decay",
          "cosine, linear, step or constant");
  require(config.schedule.flat >= 0 && config.schedule.flat < 1, "schedule.flat", "a part of the run, 0 to below 1");
  require(config.schedule.iterations >= 1, "schedule.iterations", "1 or more");
  require(config.precision == "float32" || config.precision == "bfloat16", "precision", "float32 or bfloat16");
  require(config.validation.every >= 1, "validation.every", "1 or more");
}

/// The named degradations of the section: what stands there with no ranges varies as by default.
void readKinds(YamlSection& degradation, TrainConfig::Degradation& into) {
  for (const DegradationKind& kind : degradationKinds()) {
    const std::string name(kind.name);
    const bool there = degradation.has(name);
    YamlSection ranges = degradation.section(name);
    if (!there) continue;
    DegradationRanges& given = into.kinds[name];
    for (const DegradationParameter& parameter : kind.parameters) {
      const std::string key(parameter.name);
      Range range = parameter.byDefault;
      ranges.read(key, range);
      if (ranges.has(key)) given[key] = range;
    }
    ranges.refuseOthers();
  }
}

void readRestoreVar(YamlSection& network, TrainConfig::Network& into) {
  models::VqVaeConfig& vae = into.restorevar.vae;
  models::VarConfig& var = into.restorevar.var;
  network.section("vqvae")
      .read("channels", vae.channels)
      .read("multipliers", vae.multipliers)
      .read("blocks", vae.blocks)
      .read("latent", vae.latent)
      .read("vocabulary", vae.vocabulary)
      .refuseOthers();
  network.section("transformer")
      .read("depth", var.depth)
      .read("width", var.width)
      .read("heads", var.heads)
      .read("hidden", var.hidden)
      .read("classes", var.classes)
      .read("sides", var.sides)
      .read("weights", into.transformerWeights)
      .read("temperature", into.initial.temperature)
      .read("copying", into.initial.copying)
      .refuseOthers();
  network.section("refiner")
      .read("width", var.refiner.width)
      .read("depth", var.refiner.depth)
      .read("hidden", var.refiner.hidden)
      .refuseOthers();
  // A file does not say how many: they are as large as the transformer's.
  if (var.heads > 0 && var.width >= var.heads) var.refiner.heads = var.refiner.width / (var.width / var.heads);
}

void readInstantIr(YamlSection& network, TrainConfig::Network& into) {
  models::ResamplerConfig& resampler = into.resampler;
  network.read("folder", into.folder).read("rank", into.rank);
  network.section("resampler")
      .read("width", resampler.width)
      .read("depth", resampler.depth)
      .read("heads", resampler.heads)
      .read("head_width", resampler.headWidth)
      .read("queries", resampler.queries)
      .read("multiplier", resampler.multiplier)
      .refuseOthers();
}

}  // namespace

TrainConfig readTrainConfig(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) {
    throw Error(HEIRLOOM_TEXT("train.missing", "there is no such file"),
                HEIRLOOM_TEXT("train.missing.remedy", "check the name"), file);
  }
  try {
    TrainConfig config;
    YamlSection root(YAML::LoadFile(file.string()), {});
    YamlSection dataset = root.section("dataset");
    std::map<std::string, double> folders;
    dataset.read("folder", config.dataset.folder)
        .read("folders", folders)
        .read("scales", config.dataset.scales)
        .read("patch", config.dataset.patch)
        .read("batch", config.dataset.batch)
        .read("turns", config.dataset.turns)
        .read("sharpen", config.dataset.sharpen)
        .read("short_side", config.dataset.shortSide)
        .refuseOthers();
    YamlSection degradation = root.section("degradation");
    degradation.read("sigma", config.degradation.sigma);
    readKinds(degradation, config.degradation);
    degradation.refuseOthers();
    YamlSection network = root.section("network");
    network.read("family", config.network.family)
        .read("channels", config.network.channels)
        .read("features", config.network.features)
        .read("layers", config.network.layers)
        .read("weights", config.network.weights);
    readRestoreVar(network, config.network);
    readInstantIr(network, config.network);
    network.refuseOthers();
    YamlSection optimizer = root.section("optimizer");
    optimizer.read("learning_rate", config.optimizer.learningRate)
        .read("betas", config.optimizer.betas)
        .read("weight_decay", config.optimizer.weightDecay)
        .read("decoupled", config.optimizer.decoupled)
        .read("clip_gradient", config.optimizer.clipGradient)
        .read("accumulate", config.optimizer.accumulate)
        .refuseOthers();
    YamlSection dropping = root.section("dropping");
    dropping.read("picture", config.dropping.picture)
        .read("caption", config.dropping.caption)
        .read("both", config.dropping.both)
        .refuseOthers();
    YamlSection schedule = root.section("schedule");
    schedule.read("iterations", config.schedule.iterations)
        .read("warm_up", config.schedule.warmUp)
        .read("decay", config.schedule.decay)
        .read("final_rate", config.schedule.finalRate)
        .read("flat", config.schedule.flat)
        .read("milestones", config.schedule.milestones)
        .read("gamma", config.schedule.gamma)
        .refuseOthers();
    YamlSection validation = root.section("validation");
    validation.read("folder", config.validation.folder)
        .read("sigma", config.validation.sigma)
        .read("crop", config.validation.crop)
        .read("every", config.validation.every)
        .refuseOthers();
    root.read("stage", config.stage)
        .read("loss", config.loss)
        .read("total_variation", config.totalVariation)
        .read("adversarial", config.adversarial)
        .read("drop_path", config.dropPath)
        .read("equal_scales", config.equalScales)
        .read("scheduled_sampling", config.scheduledSampling)
        .read("ema_decay", config.emaDecay)
        .read("precision", config.precision)
        .read("gradient_checkpointing", config.gradientCheckpointing)
        .read("device", config.device)
        .read("seed", config.seed)
        .read("output", config.output)
        .read("metadata", config.metadata)
        .refuseOthers();
    for (std::filesystem::path* path : {&config.dataset.folder, &config.validation.folder, &config.network.weights,
                                        &config.network.transformerWeights, &config.network.folder, &config.output}) {
      if (!path->empty()) *path = std::filesystem::absolute(file).parent_path() / *path;
    }
    for (const auto& [folder, weight] : folders)
      config.dataset.folders[std::filesystem::absolute(file).parent_path() / folder] = weight;
    check(config);
    config.device = place(config.device, config.precision).placement.device.str();
    require(config.dataset.shortSide == 0 || !dataset.has("scales"), "dataset.scales",
            "nothing beside dataset.short_side");
    require(config.network.family != "InstantIR" || !root.has("loss"), "loss",
            "nothing: each stage has its own (InstantIR)");
    require(config.stage == "perceptor" || !root.has("dropping"), "dropping",
            "nothing but in InstantIR's stage perceptor: the other stages' parts are the published ones");
    require(config.stage == "var" || config.stage == "refiner" || !root.has("drop_path"), "drop_path",
            "nothing but in RestoreVAR's stages var and refiner");
    require(config.stage == "var" || !root.has("scheduled_sampling"), "scheduled_sampling",
            "a setting of RestoreVAR's stage var alone");
    require(config.stage == "var" || !root.has("equal_scales"), "equal_scales",
            "nothing but in RestoreVAR's stage var");
    return config;
  } catch (const YAML::Exception& error) {
    throw Error(HEIRLOOM_TEXT("train.yaml", "it is no valid YAML: %1").with(error.what()),
                HEIRLOOM_TEXT("train.yaml.remedy", "mend the line"), file);
  } catch (const Error& error) {
    throw error.in(file);
  }
}

}  // namespace heirloom::core
