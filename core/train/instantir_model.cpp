#include "core/train/instantir_model.h"

#include <array>
#include <fstream>
#include <set>

#include "models/common/atomic_file.h"
#include "models/instantir/folder.h"
#include "models/instantir/initial_weights.h"
#include "models/registry.h"
#include "models/sdxl/weights.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

using models::FolderLayout;

/// What InstantIR's training makes, in its order.
constexpr std::array<std::string_view, 3> kOwnParts = {"adapter", "previewer_lora", "aggregator"};

const FolderLayout::Part& partNamed(std::string_view name) {
  return *std::ranges::find(models::kInstantIrFolder.parts, name, &FolderLayout::Part::name);
}

bool holds(const fs::path& folder, std::string_view part) {
  return std::ranges::any_of(partNamed(part).files,
                             [&](const std::string& name) { return fs::is_regular_file(folder / name); });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The layout of a folder whose own parts were trained as far as they are there. Throws Error where more is missing.
FolderLayout layoutOf(const fs::path& folder) {
  FolderLayout layout = models::kInstantIrFolder;
  std::erase_if(layout.parts, [&](const FolderLayout::Part& part) {
    return std::ranges::find(kOwnParts, part.name) != kOwnParts.end() && !holds(folder, part.name);
  });
  const auto fit = models::fitOf({&layout, 1}, folder);
  if (!fit) {
    throw Error(HEIRLOOM_TEXT("train.instantir.folder", "it holds no part of InstantIR"),
                HEIRLOOM_TEXT("train.instantir.folder.remedy",
                              "give the folder in which sdxl/ and dinov2/ lie side by side as network.folder"),
                folder);
  }
  if (!fit->missing.empty()) {
    throw Error(HEIRLOOM_TEXT("folder.incomplete", "it is not all of %1: %2 is missing")
                    .with(std::string(layout.family), joined(fit->missing)),
                HEIRLOOM_TEXT("folder.incomplete.remedy", "put that file beside the others"), folder);
  }
  return layout;
}

/// A stage starts from the parts of those before it.
void requireTrainedBefore(const TrainConfig& config) {
  const std::array<std::string_view, 3> stages = {"perceptor", "previewer", "aggregator"};
  for (std::size_t i = 0; stages[i] != config.stage; ++i) {
    if (holds(config.network.folder, kOwnParts[i])) continue;
    throw Error(HEIRLOOM_TEXT("train.instantir.before", "%1 is missing, from which stage %2 starts")
                    .with(partNamed(kOwnParts[i]).files.front(), config.stage),
                HEIRLOOM_TEXT("train.instantir.before.remedy",
                              "train stage %1 first and give the folder that it wrote as network.folder")
                    .with(std::string(stages[i])),
                config.network.folder);
  }
}

void link(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_symlink(fs::canonical(from), to, failed);
  if (failed) throw cannotWrite(failed.value()).in(to);
}

/// Everything of a model below `folder`, as links. Other files that lie there stay behind.
void linkAll(const fs::path& folder, const fs::path& to) {
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
  for (const std::string& name : names) {
    if (fs::exists(folder / name)) link(folder / name, to / name);
  }
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

InstantIrModel::InstantIrModel(const TrainConfig& config) : folder_(config.output / "model") {
  const fs::path& from = config.network.folder;
  if (!fs::is_directory(from)) {
    throw Error(HEIRLOOM_TEXT("train.instantir.absent", "there is no such folder"),
                HEIRLOOM_TEXT("train.missing.remedy", "check the name"), from);
  }
  if (fs::exists(folder_) && fs::equivalent(from, folder_)) {
    throw Error(HEIRLOOM_TEXT("train.instantir.same", "it would be written over itself"),
                HEIRLOOM_TEXT("train.instantir.same.remedy", "choose another output folder"), from);
  }
  const FolderLayout layout = layoutOf(from);
  requireTrainedBefore(config);
  fs::remove_all(folder_);
  linkAll(from, folder_);

  const models::StateDict given = models::withPresentNames(models::canonicalise(models::openFolder(layout, from)));
  const auto source = [unet = given.under("unet")](const std::string& name) { return models::readTensor(unet, name); };
  const models::InstantIrConfig networks = networksOf(given, config.network.resampler);
  if (!holds(from, "adapter")) {
    const fs::path text = folder_ / "models/config.json";
    fs::remove(text);
    std::ofstream(text) << "{\"dim_head\": " << networks.resampler.headWidth << "}\n";
    put("adapter", models::initialAdapter(networks, source), {});
  }
  if (!holds(from, "previewer_lora"))
    put("previewer_lora", models::initialPreviewer(models::PictureUNet(networks), config.network.rank), {});
  if (!holds(from, "aggregator")) put("aggregator", models::initialAggregator(networks.unet, source), {});

  tensors_ = models::withPresentNames(models::inspect(folder_).tensors);
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

void InstantIrModel::put(std::string_view part, const models::NamedTensors& tensors,
                         const std::map<std::string, std::string>& metadata) const {
  const std::vector<std::string>& names = partNamed(part).files;
  const auto own = std::ranges::find_if(names, [](const std::string& name) { return name.ends_with(".safetensors"); });
  // Replaces a link, never what it leads to.
  models::writeSafetensors(folder_ / *own, tensors, metadata);
  for (const std::string& name : names) {
    if (name != *own) fs::remove(folder_ / name);
  }
}

}  // namespace heirloom::core
