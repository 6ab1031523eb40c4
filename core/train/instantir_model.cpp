#include "core/train/instantir_model.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <system_error>

#include "models/checkpoint/archive.h"
#include "models/common/atomic_file.h"
#include "models/common/weight_source.h"
#include "models/instantir/folder.h"
#include "models/instantir/initial_weights.h"
#include "models/registry.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

using models::FolderLayout;

/// What InstantIR's training makes, in its order.
constexpr std::array<std::string_view, 3> kOwnParts = {"adapter", "previewer_lora", "aggregator"};

/// The metadata of a part that is there only so that the model is whole.
constexpr const char* kUntrained = "untrained";

const FolderLayout::Part& partNamed(std::string_view name) {
  return *std::ranges::find(models::kInstantIrFolder.parts, name, &FolderLayout::Part::name);
}

/// Whether a stage wrote the file because the model lacked that part, and none has trained it. Only safetensors are
/// written so.
bool isUntrained(const fs::path& file) {
  if (file.extension() != ".safetensors" || !fs::is_regular_file(file)) return false;
  return models::Archive::open(file)->metadata().contains(kUntrained);
}

bool holds(const FolderLayout& layout, std::string_view part) {
  return std::ranges::find(layout.parts, part, &FolderLayout::Part::name) != layout.parts.end();
}

/// The layout of a folder, without those of InstantIR's own parts that were not trained yet. Throws Error where
/// something else is missing.
FolderLayout layoutOf(const fs::path& folder) {
  FolderLayout layout = models::kInstantIrFolder;
  for (FolderLayout::Part& part : layout.parts) {
    if (std::ranges::find(kOwnParts, part.name) == kOwnParts.end()) continue;
    std::erase_if(part.files, [&](const std::string& name) {
      return !fs::is_regular_file(folder / name) || isUntrained(folder / name);
    });
  }
  std::erase_if(layout.parts, [](const FolderLayout::Part& part) { return part.files.empty(); });
  const auto fit = models::fitOf({&layout, 1}, folder);
  if (!fit) {
    throw Error(HEIRLOOM_TEXT("train.instantir.folder", "it holds no part of InstantIR"),
                HEIRLOOM_TEXT("train.instantir.folder.remedy",
                              "give the folder in which sdxl/ and dinov2/ lie side by side as network.folder"),
                folder);
  }
  if (!fit->missing.empty()) throw models::incomplete(*fit, folder);
  return layout;
}

/// A stage starts from the parts of those before it. `layout`: of what the folder holds.
void requireTrainedBefore(const TrainConfig& config, const FolderLayout& layout) {
  const fs::path& folder = config.network.folder;
  const std::array<std::string_view, 3> stages = {"perceptor", "previewer", "aggregator"};
  for (std::size_t i = 0; stages[i] != config.stage; ++i) {
    if (holds(layout, kOwnParts[i])) continue;
    const std::vector<std::string>& names = partNamed(kOwnParts[i]).files;
    const auto untrained =
        std::ranges::find_if(names, [&](const std::string& name) { return fs::is_regular_file(folder / name); });
    const Message fault =
        untrained == names.end()
            ? HEIRLOOM_TEXT("train.instantir.before", "%1 is missing, from which stage %2 starts")
                  .with(names.front(), config.stage)
            : HEIRLOOM_TEXT("train.instantir.untrained", "%1 was not trained yet, and stage %2 starts from it")
                  .with(*untrained, config.stage);
    throw Error(fault,
                HEIRLOOM_TEXT("train.instantir.before.remedy",
                              "train stage %1 first and give the folder that it wrote as network.folder")
                    .with(std::string(stages[i])),
                folder);
  }
}

Error overItself() {
  return Error(HEIRLOOM_TEXT("train.instantir.same", "it would be written over itself"),
               HEIRLOOM_TEXT("train.instantir.same.remedy", "choose another output folder"));
}

bool isBelow(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// Everything of a model below `folder` as links in `to`, but for parts that were not trained yet. Other files that lie
/// there stay behind. Throws Error where something lies in `replaced`, which will be gone.
void linkAll(const fs::path& folder, const fs::path& to, const fs::path& replaced) {
  std::set<std::string> names;
  for (const auto* list : {&models::kInstantIrFolder.parts, &models::kInstantIrFolder.texts}) {
    for (const FolderLayout::Part& part : *list) {
      for (const std::string& name : part.files) {
        const std::string top = name.substr(0, name.find('/'));
        names.insert(top == "models" ? name : top);
      }
    }
  }
  fs::create_directories(to / "models");
  const fs::path gone = fs::weakly_canonical(replaced);
  for (const std::string& name : names) {
    if (!fs::exists(folder / name) || isUntrained(folder / name)) continue;
    const fs::path target = fs::canonical(folder / name);
    if (isBelow(target, gone)) throw overItself().in(target);
    std::error_code failed;
    fs::create_symlink(target, to / name, failed);
    if (failed) throw cannotWrite(failed.value()).in(to / name);
  }
}

void writeText(const fs::path& file, const std::string& text) {
  AtomicFile target(file);
  target.write(std::as_bytes(std::span(text)));
  target.commit(/*overwrite=*/true);
}

/// What the folder knows of the networks that new parts are made for.
models::InstantIrConfig networksOf(const models::StateDict& tensors, models::ResamplerConfig resampler) {
  const auto& texts = tensors.archive()->metadata();
  models::InstantIrConfig config{models::unetConfigOf(texts.at("unet.config")), resampler};
  config.resampler.inputs = models::dinoV2ConfigOf(texts.at("dino.config")).width;
  config.resampler.outputs = config.unet.textWidth;
  if (tensors.contains("adapter.image_proj.latents")) config.resampler = models::resamplerConfigOf(tensors);
  return config;
}

}  // namespace

InstantIrModel::Unfinished::~Unfinished() {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

InstantIrModel::InstantIrModel(const TrainConfig& config)
    : finished_(config.output / "model"), unfinished_(config.output / "model.unfinished") {
  const fs::path& from = config.network.folder;
  if (!fs::is_directory(from)) {
    throw Error(HEIRLOOM_TEXT("train.instantir.absent", "there is no such folder"),
                HEIRLOOM_TEXT("train.missing.remedy", "check the name"), from);
  }
  if (fs::exists(finished_) && fs::equivalent(from, finished_)) throw overItself().in(from);
  const FolderLayout layout = layoutOf(from);
  requireTrainedBefore(config, layout);
  const models::StateDict given = models::withPresentNames(models::canonicalise(models::openFolder(layout, from)));
  const models::InstantIrConfig networks = networksOf(given, config.network.resampler);
  sideMultiple_ = std::int64_t{models::vaeConfigOf(given.archive()->metadata().at("vae.config")).factor()} *
                  networks.unet.sideMultiple();
  if (config.dataset.patch % sideMultiple_ != 0) {
    throw Error(HEIRLOOM_TEXT("train.range", "%1 is out of range").with("dataset.patch"),
                HEIRLOOM_TEXT("train.multiple.remedy", "this network sees pictures with sides of multiples of %1")
                    .with(std::to_string(sideMultiple_)));
  }

  const fs::path& folder = unfinished_.folder;
  fs::remove_all(folder);  // of a run that was killed
  linkAll(from, folder, finished_);
  const auto source = [unet = given.under("unet")](const std::string& name) { return models::readTensor(unet, name); };
  const auto begin = [&](std::string_view part, const auto& initial) {
    if (holds(layout, part)) return;
    torch::manual_seed(config.seed);  // so that a part begins alike in whichever stage
    put(part, initial(), {{kUntrained, "true"}});
  };
  if (!holds(layout, "adapter")) {
    writeText(folder / "models/config.json", "{\"dim_head\": " + std::to_string(networks.resampler.headWidth) + "}\n");
  }
  begin("adapter", [&] { return models::initialAdapter(networks, source); });
  begin("previewer_lora", [&] { return models::initialPreviewer(models::PictureUNet(networks), config.network.rank); });
  begin("aggregator", [&] { return models::initialAggregator(networks.unet, source); });

  tensors_ = models::withPresentNames(models::inspect(folder).tensors);
  models::Reading<models::DiffusionConfig> reading = models::readDiffusion(tensors_);
  if (!reading.config) {
    if (!reading.unfit.empty()) reading.reason += ", " + reading.unfit.front();
    throw Error(HEIRLOOM_TEXT("train.instantir.unfit", "its parts do not make one InstantIR: %1").with(reading.reason),
                HEIRLOOM_TEXT("train.instantir.unfit.remedy", "put the files of one model together"), from);
  }
  config_ = *std::move(reading.config);
  if (config_.schedule.prediction != models::ScheduleConfig::Prediction::Noise) {
    throw Error(HEIRLOOM_TEXT("train.instantir.prediction", "its UNet predicts something else than the noise"),
                HEIRLOOM_TEXT("train.instantir.prediction.remedy", "start from SDXL base"), from);
  }
}

fs::path InstantIrModel::finish(std::string_view part, const models::NamedTensors& tensors,
                                const std::map<std::string, std::string>& metadata) const {
  put(part, tensors, metadata);
  std::error_code failed;
  fs::remove_all(finished_, failed);
  if (!failed) fs::rename(unfinished_.folder, finished_, failed);
  if (failed) throw cannotWrite(failed.value()).in(finished_);
  return finished_;
}

void InstantIrModel::put(std::string_view part, const models::NamedTensors& tensors,
                         const std::map<std::string, std::string>& metadata) const {
  const std::vector<std::string>& names = partNamed(part).files;
  const auto own = std::ranges::find_if(names, [](const std::string& name) { return name.ends_with(".safetensors"); });
  // Replaces a link, never what it leads to.
  models::writeSafetensors(unfinished_.folder / *own, tensors, metadata);
  for (const std::string& name : names) {
    if (name != *own) fs::remove(unfinished_.folder / name);
  }
}

}  // namespace heirloom::core
