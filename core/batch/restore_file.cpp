#include "core/batch/restore_file.h"

#include <unistd.h>

#include <algorithm>
#include <new>

#include "core/batch/naming.h"
#include "core/library/configure.h"
#include "core/photo/memory.h"
#include "core/recipe/without_folders.h"
#include "models/common/atomic_file.h"
#include "models/common/photo_work.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

Error cannotWrite(const fs::path& file, const std::string& reason) {
  return Error(
      HEIRLOOM_TEXT("batch.write", "cannot be written: %1").with(reason),
      HEIRLOOM_TEXT("batch.write.remedy", "check the folder's permissions and free space, or choose another folder"),
      file);
}

/// Found out before minutes of work: a folder that takes no file.
void prepareFolder(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (!error && ::access(folder.c_str(), W_OK | X_OK) != 0) error = {errno, std::generic_category()};
  if (error) throw cannotWrite(target, error.message());
}

void writeSidecar(const fs::path& file, const std::string& text, bool overwrite) {
  AtomicFile sidecar(file);
  sidecar.replaceContents(std::as_bytes(std::span(text)));
  sidecar.commit(overwrite);
}

/// Every setting of the steps whose networks invent, as they were for this photo: so that the run can be repeated.
void complete(Recipe& recipe, const ModelLibrary& library, const Raster& photo, const at::Device& device) {
  std::int64_t width = photo.width(), height = photo.height();
  for (Step& step : recipe.steps) {
    const ConfiguredModel model = configure(library, step.model, step.settings, Protocol::Photos);
    if (model.descriptor.generative) {
      for (auto& [name, value] : models::settingsToRepeat(*model.network, model.settings, height, width, device))
        step.settings.insert_or_assign(name, value);
    }
    width *= model.descriptor.scale;
    height *= model.descriptor.scale;
  }
}

/// What the result should remember: with the values that the run chose, without the folders of this computer.
Recipe remembered(const ModelLibrary& library, const Recipe& recipe, const Raster& photo, const Outcome& outcome) {
  Recipe result = withChosen(recipe, outcome.chosen);
  if (outcome.generative) complete(result, library, photo, at::Device(outcome.device));
  return withoutFolders(result);
}

/// LibTorch's errors go on with the way through its own code.
std::string firstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

void append(std::vector<Message>& all, const std::vector<Message>& more) {
  for (const Message& message : more) {
    if (std::find(all.begin(), all.end(), message) == all.end()) all.push_back(message);
  }
}

void restore(const ModelLibrary& library, const Recipe& recipe, const FileJob& job, RunObserver& observer,
             FileOutcome& outcome) {
  const FileFormat format = job.write.format;
  const double strength = recipe.steps.back().strength;
  const int scale = scaleOf(library, recipe);
  const PhotoHeader header = readHeader(job.source);
  outcome.width = header.layout.width * scale;
  outcome.height = header.layout.height * scale;
  requireFits(outcome.width, outcome.height, format, job.target);
  if (job.write.depth) requireDepth(*job.write.depth, format);
  prepareFolder(job.target);
  // A source that stays as it is needs no network to say so.
  const bool untouched = strength == 0 && scale == 1 && recipe.steps.size() == 1;
  Layout saved = header.layout;
  saved.width = outcome.width;
  saved.height = outcome.height;
  Layout full = saved;  // the result at full strength, before it is blended
  full.type = resultType(saved.type);
  requireRoomOrRelease(library, recipe, [&] { requireRoomForResults({untouched ? 0 : full.bytes(), saved.bytes()}); });

  const Photo photo = readPhoto(job.source, ReadOptions{job.acceptDamaged});
  append(outcome.run.warnings, photo.warnings);
  if (job.run.stop.stop_requested()) throw Stopped{};

  Photo result = photo;
  if (untouched) {
    result.raster = blend(*photo.raster, *photo.raster, 0);
  } else {
    RasterSink sink(resultType(photo.raster->layout().type));
    std::vector<Message> before = std::move(outcome.run.warnings);
    outcome.run = run(library, recipe, photo, sink, observer, job.run);
    append(before, outcome.run.warnings);
    outcome.run.warnings = std::move(before);
    if (outcome.run.status != Outcome::Status::Done) return;
    result.raster = blend(*photo.raster, *sink.raster(), strength);
  }
  outcome.width = result.raster->width();
  outcome.height = result.raster->height();
  outcome.recipe = remembered(library, recipe, *photo.raster, outcome.run);
  if (job.run.stop.stop_requested()) throw Stopped{};

  WriteOptions write = job.write;
  if (job.preserve) write.lossless = photo.lossless && traits(format).lossless;
  write.generative = outcome.run.generative;
  std::string yaml = toYaml(outcome.recipe);
  if (write.generative) yaml = commentOn(outcome.run.placements) + yaml;
  if (write.strip != Strip::Recipe && write.strip != Strip::All) write.recipe = yaml;
  append(outcome.run.warnings, writePhoto(result, job.target, write));
  if (job.sidecar) writeSidecar(besides(job.target, kSidecarEnding), yaml, write.overwrite);
}

}  // namespace

FileFormat resultFormat(FileFormat source, std::optional<FileFormat> asked) {
  if (asked) return *asked;
  if (traits(source).writable) return source;
  return source == FileFormat::Raw ? FileFormat::Tiff : FileFormat::Png;
}

std::string resultExtension(const fs::path& source, FileFormat sourceFormat, FileFormat format) {
  const std::string own = source.extension().string();
  if (sourceFormat == format && own.size() > 1 && formatOf(source) == format) return own.substr(1);
  return std::string(traits(format).extensions.front());
}

void requireDepth(SampleType depth, FileFormat format) {
  const FormatTraits& can = traits(format);
  if (depth == SampleType::UInt16 ? can.sixteenBit : depth == SampleType::Float32 ? can.floatingPoint : true) return;
  throw Error(HEIRLOOM_TEXT("batch.depth", "%1 cannot store %2 bits a sample")
                  .with(std::string(can.name), depth == SampleType::UInt16 ? "16" : "32"),
              HEIRLOOM_TEXT("batch.depth.remedy", "keep the depth as it is, or choose TIFF"));
}

FileOutcome restoreFile(const ModelLibrary& library, const Recipe& recipe, const FileJob& job, RunObserver& observer) {
  FileOutcome outcome;
  const auto fail = [&](Error error) {
    outcome.run.status = Outcome::Status::Failed;
    outcome.run.error = error.file().empty() ? error.in(job.source) : std::move(error);
  };
  try {
    restore(library, recipe, job, observer, outcome);
    if (outcome.run.error) fail(*outcome.run.error);
  } catch (const Stopped&) {
    outcome.run.status = Outcome::Status::Cancelled;
  } catch (const Error& error) {
    fail(error);
  } catch (const std::bad_alloc&) {
    fail(Error(HEIRLOOM_TEXT("batch.memory", "there is not enough memory for this photo"),
               HEIRLOOM_TEXT("batch.memory.remedy", "close other programs, or choose smaller tiles")));
  } catch (const std::exception& error) {
    fail(Error(HEIRLOOM_TEXT("batch.failure", "failed: %1").with(oneLine(firstLine(error.what())))));
  }
  return outcome;
}

}  // namespace heirloom::core
