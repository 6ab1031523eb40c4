#include "core/quality/evaluate.h"

#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "app/cli/scores.h"
#include "core/batch/inputs.h"
#include "core/engine/placement.h"
#include "models/common/jpeg_quality.h"
#include "models/common/parsed_number.h"

namespace heirloom::app {
namespace {

struct EvaluateOptions {
  std::string model;
  std::string folder;
  std::string device = "cpu";
  core::EvaluationOptions evaluation;
  std::map<std::string, std::string> settings;
};

Json degradationJson(const core::Degradation& degradation) {
  Json json = {{"seed", degradation.seed}, {"clip", degradation.clip}};
  if (degradation.sigma) json["sigma"] = *degradation.sigma;
  if (degradation.scale) json["scale"] = *degradation.scale;
  if (degradation.jpeg) json["jpeg"] = *degradation.jpeg;
  for (const auto& [name, ranges] : degradation.kinds) {
    json["kinds"].push_back(name);
    if (!ranges.empty()) json["ranges"][name] = ranges;
  }
  return json;
}

/// The name and the range of "density=0.01..0.02" or "length=30"; empty where it is neither.
std::optional<std::pair<std::string, core::Range>> namedRange(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  const std::string_view numbers = std::string_view(text).substr(equals + 1);
  const std::size_t dots = numbers.find("..");
  const std::optional<double> from = models::parsedNumber<double>(numbers.substr(0, dots));
  const std::optional<double> to =
      dots == std::string_view::npos ? from : models::parsedNumber<double>(numbers.substr(dots + 2));
  if (!from || !to) return std::nullopt;
  return std::pair(text.substr(0, equals), core::Range{*from, *to});
}

/// "rain:density=0.01..0.02,length=30": a degradation, and what of it is not to vary as by default.
void addDegradation(core::DegradationKinds& kinds, const std::string& value) {
  const std::size_t colon = value.find(':');
  const std::string name = value.substr(0, colon);
  core::DegradationRanges& ranges = kinds[name];
  std::istringstream given(colon == std::string::npos ? "" : value.substr(colon + 1));
  for (std::string text; std::getline(given, text, ',');) {
    const auto range = namedRange(text);
    if (!range) {
      throw usage(HEIRLOOM_TEXT("evaluate.range", "\"%1\" is no range of --degrade").with(oneLine(text)),
                  HEIRLOOM_TEXT("evaluate.range.remedy",
                                "write NAME=NUMBER or NAME=FROM..TO, as in rain:density=0.01..0.02,length=30"));
    }
    ranges[range->first] = range->second;
  }
  try {
    (void)core::RandomDegradation({{name, ranges}});
  } catch (const Error& error) {
    throw usage(error.fault(), error.remedy());
  }
}

/// Pictures of a folder; throws UsageError when it is none.
std::size_t picturesIn(const std::filesystem::path& folder, std::size_t most) {
  if (!std::filesystem::is_directory(folder)) {
    throw usage(HEIRLOOM_TEXT("evaluate.folder", "%1 is no folder").with(oneLine(folder.string())),
                HEIRLOOM_TEXT("evaluate.folder.remedy", "name a folder with clean pictures"));
  }
  const std::size_t pictures = core::collectInputs(std::span(&folder, 1), false).files.size();
  return most > 0 ? std::min(most, pictures) : pictures;
}

int evaluate(const EvaluateOptions& given, Context& context) {
  Report& report = context.report;
  core::EvaluationOptions options = given.evaluation;
  const core::Degradation& degradation = options.degradation;
  if (!degradation.sigma && !degradation.scale && !degradation.jpeg && degradation.kinds.empty()) {
    throw usage(HEIRLOOM_TEXT("evaluate.nothing", "nothing is to be degraded"),
                HEIRLOOM_TEXT("evaluate.nothing.remedy", "give --degrade, --sigma, --scale or --jpeg"));
  }
  std::map<std::string, std::string> settings = given.settings;
  const core::ConfiguredModel usual = requireSettings(context.library, given.model, {});
  if (usual.settings.has("noise_level") && degradation.sigma)
    settings.try_emplace("noise_level", fixed(*degradation.sigma, 4));
  // By default 0 where the network estimates it.
  if (degradation.jpeg && usual.settings.has(models::kJpegQuality) && usual.settings.integer(models::kJpegQuality) > 0)
    settings.try_emplace(models::kJpegQuality, std::to_string(*degradation.jpeg));
  const core::ConfiguredModel configured = requireSettings(context.library, given.model, settings);
  options.settings = configured.settings;
  for (const Message& note : configured.notes) report.warning(note);
  requireDevice(given.device);
  const std::size_t pictures = picturesIn(given.folder, options.most);
  report.document["model"] = configured.name;
  putPath(report.document, "folder", given.folder);
  report.document["degradation"] = degradationJson(degradation);
  if (options.crop > 0) report.document["crop"] = options.crop;
  if (options.patch > 0) report.document["patch"] = options.patch;
  report.document["items"] = Json::array();
  if (pictures == 0) {
    report.error(Error(HEIRLOOM_TEXT("evaluate.none", "there are no pictures in the folder"),
                       HEIRLOOM_TEXT("evaluate.none.remedy", "name a folder with clean pictures"), given.folder));
    return kNothingToDo;
  }
  const core::Placed placed = core::place(given.device, "float32");
  for (const Message& note : placed.notes) report.warning(note);
  options.placement = placed.placement;
  options.stop = context.stop;

  ProgressBar bar;
  bar.start(configured.name);
  std::size_t done = 0;
  const auto scored = [&](const core::Score& score) {
    bar.clear();
    Json item = Json::object();
    putPath(item, "file", score.file);
    putScores(item, score);
    report.document["items"].push_back(item);
    report.line(score.file.filename().string() + ": " + scoresText(score));
    ++done;
    bar.show(static_cast<double>(done) / static_cast<double>(pictures),
             std::to_string(done) + " of " + std::to_string(pictures));
  };
  const core::Evaluation result = core::evaluate(configured.network, given.folder, options, scored);
  bar.clear();
  const core::Score before = core::meanOf(result.degraded);
  const core::Score mean = core::meanOf(result.pictures);
  putScores(report.document["degraded"], before);
  putScores(report.document["mean"], mean);
  report.line("degraded, mean of " + std::to_string(pictures) + ": " + scoresText(before));
  if (!degradation.kinds.empty()) {
    const core::Score affine = core::meanOf(result.affine);
    putScores(report.document["affine"], affine);
    report.line("degraded, best slope and offset a band: " + scoresText(affine));
  }
  report.line("restored, mean of " + std::to_string(pictures) + ": " + scoresText(mean));
  return kDone;
}

}  // namespace

void addEvaluate(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<EvaluateOptions>();
  core::EvaluationOptions& evaluation = options->evaluation;
  Arguments arguments(program, "evaluate",
                      "Degrades clean pictures, restores and scores them. With the bare network, as papers do.",
                      "heirloom-cli evaluate restorevar photos --degrade rain:density=0.01..0.02,length=30");
  arguments.positional("MODEL", options->model);
  arguments.positional("FOLDER", options->folder);
  arguments.list(
      "--degrade", "NAME",
      [&evaluation](const std::string& value) { addDegradation(evaluation.degradation.kinds, value); },
      core::degradationNames() + "; of several one");
  arguments.value(
      "--crop", "N",
      [&evaluation](const std::string& value) {
        evaluation.crop = static_cast<int>(readInteger("--crop", value, 1, 1 << 20));
      },
      "only the square of N pixels in the middle of each picture");
  arguments.value(
      "--patch", "N",
      [&evaluation](const std::string& value) {
        evaluation.patch = static_cast<int>(readInteger("--patch", value, 1, 1 << 20));
      },
      "restore squares of N pixels, each as a picture of its own");
  arguments.value(
      "--sigma", "X",
      [&evaluation](const std::string& value) { evaluation.degradation.sigma = readReal("--sigma", value, 0, 255); },
      "deviation of added noise, in 8-bit units");
  arguments.value(
      "--seed", "N",
      [&evaluation](const std::string& value) {
        const std::int64_t seed = readInteger("--seed", value, 0, std::numeric_limits<std::uint32_t>::max());
        evaluation.degradation.seed = static_cast<std::uint32_t>(seed);
      },
      "of the noise, for every picture anew (default 0)");
  arguments.flag("--clip", evaluation.degradation.clip, "clip and round the noisy picture to 8 bits, as a file is");
  arguments.value(
      "--scale", "N",
      [&evaluation](const std::string& value) {
        evaluation.degradation.scale = static_cast<int>(readInteger("--scale", value, 1, 16));
      },
      "make it N times smaller first (bicubic)");
  arguments.value(
      "--jpeg", "1..100",
      [&evaluation](const std::string& value) {
        evaluation.degradation.jpeg = static_cast<int>(readInteger("--jpeg", value, 1, 100));
      },
      "store it as JPEG of this quality");
  arguments.list(
      "--set", "NAME=VALUE", [options](const std::string& value) { addSetting(options->settings, "--set", value); },
      "a setting of the model (noise_level and jpeg_quality: as was done)");
  arguments.value(
      "--first", "N",
      [&evaluation](const std::string& value) {
        evaluation.most = static_cast<std::size_t>(readInteger("--first", value, 1, 1 << 30));
      },
      "only the first N pictures by name");
  arguments.value("--device", "DEVICE", options->device, "cpu (default), cuda or cuda:N");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "evaluate";
    return evaluate(*options, context);
  });
}

}  // namespace heirloom::app
