#include "app/cli/restore_run.h"

#include <array>
#include <condition_variable>
#include <mutex>

#include "core/engine/damage_estimate.h"

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLook(500);
constexpr std::chrono::seconds kSettled(1);

/// What a file looked like, to see whether it still grows.
struct Look {
  std::uintmax_t size = 0;
  fs::file_time_type changed{};
  bool operator==(const Look&) const = default;
};

std::optional<Look> lookAt(const fs::path& file) {
  std::error_code error;
  Look look;
  look.size = fs::file_size(file, error);
  if (!error) look.changed = fs::last_write_time(file, error);
  if (error) return std::nullopt;
  return look;
}

void wait(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
}

/// "noise_level 12.4 estimated"; of several steps "step 1: noise_level 12.4 estimated, step 2: ...".
std::string chosenText(const std::vector<std::map<std::string, std::string>>& chosen) {
  std::string text;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (const auto& [name, value] : chosen[i]) {
      text += text.empty() ? "" : ", ";
      if (chosen.size() > 1) text += "step " + std::to_string(i + 1) + ": ";
      text += name + " " + value + " estimated";
    }
  }
  return text;
}

/// "estimated damage: medium (0.37)".
std::string damageText(const core::DamageEstimate& estimate) {
  constexpr std::array kGrades{"light", "medium", "heavy"};
  return std::string("estimated damage: ") + kGrades[static_cast<std::size_t>(estimate.damage)] + " (" +
         fixed(estimate.value, 2) + ")";
}

}  // namespace

/// What is known of one photo so far; becomes a member of `items`.
struct RestoreRun::Item {
  core::FileJob job;
  bool skip = false;
  Json json = Json::object();
};

RestoreRun::RestoreRun(const RestoreOptions& options, const RestorePlan& plan, Context& context)
    : options_(options), plan_(plan), context_(context), destinations_(plan.existing) {
  context_.report.document["items"] = Json::array();
}

int RestoreRun::given() {
  Report& report = context_.report;
  const core::Inputs inputs = core::collectInputs(options_.inputs, options_.recursive, plan_.folder);
  for (const core::Input& input : inputs.files) destinations_.protect(input.file);
  for (const fs::path& folder : inputs.emptyFolders) {
    report.warning(HEIRLOOM_TEXT("restore.noPictures", "no pictures in this folder%1")
                       .with(options_.recursive ? "" : "; -r looks into its folders"),
                   folder);
  }
  for (const Error& error : inputs.failures) {
    Json item = Json::object();
    putPath(item, "file", error.file());
    item["status"] = "failed";
    item["error"] = report.error(error);
    report.document["items"].push_back(item);
    failed_ = true;
  }
  if (inputs.files.empty() && !failed_) {
    report.error(Error(HEIRLOOM_TEXT("restore.nothingToDo", "there is nothing to do"),
                       HEIRLOOM_TEXT("restore.nothingToDo.remedy", "name photos, or folders with photos")));
    return kNothingToDo;
  }
  for (std::size_t i = 0; i < inputs.files.size() && !context_.stop.stop_requested(); ++i) {
    process(inputs.files[i], i + 1, inputs.files.size());
  }
  return code();
}

int RestoreRun::watched() {
  const fs::path folder = options_.watch;
  context_.report.line("watching " + folder.string() + ", Ctrl+C ends it");
  std::map<fs::path, std::pair<Look, std::chrono::steady_clock::time_point>> growing;
  std::map<fs::path, Look> done;
  std::size_t index = 0;
  while (!context_.stop.stop_requested()) {
    const core::Inputs inputs = core::collectInputs(std::span(&folder, 1), options_.recursive, plan_.folder);
    for (const core::Input& input : inputs.files) {
      if (context_.stop.stop_requested()) break;
      const std::optional<Look> look = lookAt(input.file);
      if (!look || destinations_.reserved(input.file)) continue;
      if (const auto before = done.find(input.file); before != done.end() && before->second == *look) continue;
      const auto now = std::chrono::steady_clock::now();
      const auto [at, isNew] = growing.try_emplace(input.file, *look, now);
      if (at->second.first != *look) at->second = {*look, now};
      if (isNew || now - at->second.second < kSettled) continue;
      growing.erase(at);
      done[input.file] = *look;
      if (isOurs(input.file)) continue;
      destinations_.protect(input.file);
      ++index;
      process(input, index, index);
    }
    wait(context_.stop, kLook);
  }
  return code();
}

/// Results of an earlier run lie in an output folder below the watched one, or among the photos, where each carries its
/// recipe.
bool RestoreRun::isOurs(const fs::path& file) const {
  if (!plan_.folder.empty() && !core::liesIn(options_.watch, plan_.folder)) return core::liesIn(file, plan_.folder);
  try {
    return !core::embeddedRecipe(core::readPhoto(file).metadata).empty();
  } catch (const Error&) {
    return false;  // said when it is its turn
  }
}

int RestoreRun::code() const {
  if (context_.stop.stop_requested()) return kInterrupted;
  return failed_ ? kFailed : kDone;
}

void RestoreRun::process(const core::Input& input, std::size_t index, std::size_t count) {
  Item item;
  putPath(item.json, "file", input.file);
  item.json["status"] = "failed";
  item.json["warnings"] = Json::array();
  try {
    restore(input, index, count, item);
  } catch (const Error& error) {
    bar_.clear();
    item.json["error"] = context_.report.error(error.file().empty() ? error.in(input.file) : error);
    failed_ = true;
  }
  context_.report.document["items"].push_back(std::move(item.json));
}

void RestoreRun::place(const core::Input& input, std::size_t index, std::size_t count, Item& item) {
  const core::PhotoHeader header = core::readHeader(input.file);
  const core::FileFormat format = core::resultFormat(header.format, plan_.format);
  const std::int64_t width = header.layout.width * plan_.scale;
  const std::int64_t height = header.layout.height * plan_.scale;
  fs::path wanted = plan_.file;
  if (wanted.empty()) {
    const core::NameFields fields{.name = input.file.stem().string(),
                                  .model = plan_.model,
                                  .recipe = plan_.recipeName,
                                  .scale = plan_.scale,
                                  .extension = core::resultExtension(input.file, header.format, format),
                                  .index = index,
                                  .count = count,
                                  .date = core::today(),
                                  .width = width,
                                  .height = height};
    wanted =
        (plan_.folder.empty() ? input.file.parent_path() : plan_.folder / input.below) / plan_.names.expand(fields);
  }
  core::requireFits(width, height, format, wanted);
  if (options_.write.depth) core::requireDepth(*options_.write.depth, format);

  std::vector<std::string> endings;
  if (options_.sidecar) endings.emplace_back(core::kSidecarEnding);
  const core::Destinations::Place place = destinations_.reserve(wanted, input.file, endings);
  item.skip = place.skip;
  item.job = {.source = input.file,
              .target = place.file,
              .write = options_.write,
              .preserve = format == header.format && !options_.write.quality,
              .acceptDamaged = options_.acceptDamaged,
              .sidecar = options_.sidecar,
              .run = options_.run};
  item.job.write.format = format;
  item.job.write.overwrite = place.replace;
  item.job.run.stop = context_.stop;
  putPath(item.json, "output", place.file);
  item.json["format"] = core::traits(format).name;
  item.json["width"] = width;
  item.json["height"] = height;
}

void RestoreRun::restore(const core::Input& input, std::size_t index, std::size_t count, Item& item) {
  Report& report = context_.report;
  place(input, index, count, item);
  const std::string way = input.file.string() + " -> " + item.job.target.string();
  if (item.skip) {
    item.json["status"] = "skipped";
    report.line(way + " (skipped, is there already)");
    return;
  }
  if (options_.dryRun) {
    item.json["status"] = "planned";
    report.line(way + (item.job.write.overwrite ? " (would overwrite)" : " (would write)"));
    return;
  }
  bar_.start((count > 1 ? "[" + std::to_string(index) + "/" + std::to_string(count) + "] " : "") +
             input.file.filename().string());
  RunProgress progress(bar_);
  const auto begin = std::chrono::steady_clock::now();
  const core::FileOutcome outcome = core::restoreFile(context_.library, plan_.recipe, item.job, progress);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  bar_.clear();
  item.json["seconds"] = elapsed.count();
  finish(outcome, item);
  if (item.json["status"] != "done") return;
  const std::string chosen = chosenText(outcome.run.chosen);
  report.line(way + " (" + (chosen.empty() ? "" : chosen + ", ") + durationText(elapsed.count()) + ")");
  report.detail("  " + plan_.model + ", " + std::to_string(outcome.width) + " x " + std::to_string(outcome.height) +
                " pixels, on " + (outcome.run.device.empty() ? "no device" : outcome.run.device) +
                (outcome.run.weights.empty() ? "" : " (" + outcome.run.weights.english() + ")") +
                (outcome.run.tileSide > 0 ? ", tiles of " + std::to_string(outcome.run.tileSide) : "") + ", network " +
                durationText(outcome.run.elapsed.count()));
  if (const auto damage = core::estimateDamage(outcome.run.changes)) report.detail("  " + damageText(*damage));
}

void RestoreRun::finish(const core::FileOutcome& outcome, Item& item) {
  using Status = core::Outcome::Status;
  for (const Message& warning : outcome.run.warnings) {
    item.json["warnings"].push_back(context_.report.warning(warning, item.job.source));
  }
  if (!outcome.run.device.empty()) item.json["device"] = outcome.run.device;
  if (!outcome.run.weights.empty()) item.json["weights"] = outcome.run.weights.english();
  const auto& chosen = outcome.run.chosen;
  if (!chosen.empty() && !chosen.back().empty()) item.json["chosen"] = chosen.back();
  if (chosen.size() > 1) item.json["chosen_by_step"] = chosen;
  switch (outcome.run.status) {
    case Status::Done:
      item.json["status"] = "done";
      item.json["width"] = outcome.width;
      item.json["height"] = outcome.height;
      if (options_.sidecar) putPath(item.json, "sidecar", core::besides(item.job.target, core::kSidecarEnding));
      break;
    case Status::Cancelled:
      item.json["status"] = "interrupted";
      break;
    case Status::Failed:
      throw *outcome.run.error;
  }
}

}  // namespace heirloom::app
