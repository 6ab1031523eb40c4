#include "ui/save.h"

#include <QDir>
#include <QStandardPaths>
#include <cmath>
#include <utility>

#include "core/batch/naming.h"
#include "core/batch/restore_file.h"
#include "core/colour/working_colour.h"
#include "core/engine/run.h"
#include "core/recipe/without_folders.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

core::Photo picture(const SaveJob& job) {
  core::Photo photo = *job.photo;
  if (job.result) photo.raster = core::blend(*photo.raster, *job.result, job.strength);
  return photo;
}

std::vector<core::EarlierPart> withoutFolders(std::vector<core::EarlierPart> earlier) {
  for (core::EarlierPart& part : earlier)
    part.settings = core::withoutFolders({{core::Step{{}, std::move(part.settings)}}}).steps.front().settings;
  return earlier;
}

/// The folder of the photo, or where pictures usually lie.
std::filesystem::path homeOf(const core::Photo& photo) {
  if (!photo.file.empty()) return photo.file.parent_path();
  const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
  return toPath(QDir(pictures).exists() ? pictures : QDir::homePath());
}

}  // namespace

SaveJob saveJobOf(const Document& document, SaveTarget target) {
  SaveJob job{.photo = document.photo(),
              .strength = document.strength(),
              .recipe = document.recipe(),
              .step = {},
              .earlier = {},
              .generative = document.result() && document.result()->generative,
              .placements = {},
              .target = std::move(target)};
  if (document.result()) {
    job.result = document.result()->raster;
    job.step = document.result()->step;
    job.earlier = document.result()->earlier;
    job.placements = document.result()->placements;
    // What the run chose, or photo and device decided, holds from its start.
    for (core::EarlierPart& part : job.earlier) {
      for (const auto& [name, value] : document.result()->chosen) part.settings.insert_or_assign(name, value);
    }
  }
  return job;
}

std::vector<Message> save(const SaveJob& job) {
  const core::Photo photo = picture(job);
  core::WriteOptions options = job.target.options;
  if (job.result) {
    const core::Recipe recipe = core::withoutFolders(job.recipe);
    if (options.strip != core::Strip::Recipe && options.strip != core::Strip::All)
      options.recipe = (job.generative ? core::commentOn(job.placements) : std::string()) + core::toYaml(recipe);
    // Whoever repeats the recipe gets another picture: its end, or one whose steps all went by it.
    if (!options.recipe.empty() && !job.earlier.empty())
      options.recipe = core::commentsOn(withoutFolders(job.earlier), recipe.steps.back()) + options.recipe;
    if (job.step && !options.recipe.empty())
      options.recipe = "# the picture after step " + std::to_string(*job.step) + ", before the end\n" + options.recipe;
    options.software = "Heirloom " HEIRLOOM_VERSION;
    options.generative = job.generative;
  }
  return core::writePhoto(photo, job.target.file, options);
}

QImage pictureForClipboard(const SaveJob& job) {
  const core::Photo photo = picture(job);
  const core::Layout& layout = photo.raster->layout();
  QImage image(static_cast<int>(layout.width), static_cast<int>(layout.height),
               layout.alpha ? QImage::Format_ARGB32 : QImage::Format_RGB32);
  const core::DisplayTransform transform(layout.model, photo.iccProfile, {});
  const std::span bytes(reinterpret_cast<std::byte*>(image.bits()), static_cast<std::size_t>(image.sizeInBytes()));
  transform.apply(*photo.raster, {0, 0, layout.width, layout.height}, bytes,
                  static_cast<std::size_t>(image.bytesPerLine()));
  return image;
}

SaveTarget suggestedTarget(const Document& document) {
  const core::Photo& photo = *document.photo();
  SaveTarget target;
  target.options.format = core::resultFormat(photo.format, std::nullopt);
  target.options.lossless = photo.lossless && core::traits(target.options.format).lossless;
  core::NameFields fields;
  fields.name = photo.file.empty() ? document.name().toStdString() : photo.file.stem().string();
  fields.model = "copy";
  if (document.result()) {
    const auto& steps = document.result()->recipe.steps;
    if (!steps.empty()) fields.model = std::filesystem::path(steps.back().model).stem().string();
    fields.scale = static_cast<int>(document.result()->raster->width() / photo.raster->width());
  }
  fields.extension = core::resultExtension(photo.file.empty() ? std::filesystem::path("picture.png") : photo.file,
                                           photo.format, target.options.format);
  target.file = unusedName(homeOf(photo) / core::NameTemplate().expand(fields));
  return target;
}

std::filesystem::path unusedName(const std::filesystem::path& file) {
  std::filesystem::path candidate = file;
  std::error_code none;
  for (int number = 2; std::filesystem::exists(candidate, none); ++number) {
    candidate = file.parent_path() / file.stem();
    candidate += "-" + std::to_string(number);
    candidate += file.extension();
  }
  return candidate;
}

}  // namespace heirloom::ui
