#include "app/cli/restore_plan.h"

#include <algorithm>
#include <cctype>

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

void excludes(bool first, const char* firstName, bool second, const char* secondName) {
  if (!first || !second) return;
  throw usage(HEIRLOOM_TEXT("restore.both", "%1 and %2 cannot go together").with(firstName, secondName),
              HEIRLOOM_TEXT("restore.both.remedy", "leave one of them out"));
}

void checkCombinations(const RestoreOptions& options) {
  excludes(!options.recipe.empty(), "--recipe", !options.model.empty(), "--model");
  excludes(!options.recipe.empty(), "--recipe", !options.network.empty(), "--network");
  excludes(!options.nameTemplate.empty(), "--template", !options.suffix.empty(), "--suffix");
  excludes(options.overwrite, "--overwrite", options.existing && *options.existing != core::Existing::Overwrite,
           "--existing");
  excludes(!options.watch.empty(), "--watch", !options.inputs.empty(), "photos");
  excludes(!options.watch.empty(), "--watch", options.dryRun, "--dry-run");
  if (options.inputs.empty() && options.watch.empty()) {
    throw usage(HEIRLOOM_TEXT("restore.nothing", "no photo or folder is given"),
                HEIRLOOM_TEXT("restore.nothing.remedy", "see heirloom-cli restore --help"));
  }
  if (!options.watch.empty() && !fs::is_directory(options.watch)) {
    throw usage(HEIRLOOM_TEXT("restore.watch", "--watch: %1 is no folder").with(oneLine(options.watch)),
                HEIRLOOM_TEXT("restore.watch.remedy", "name a folder that exists"));
  }
}

core::Recipe recipeOf(const RestoreOptions& options) {
  core::Recipe recipe;
  if (options.recipe.empty()) {
    const std::string model = options.model.empty() ? core::ModelLibrary::kDefaultModel : options.model;
    recipe.steps.push_back({withNetwork(model, options.network), {}, 1});
  } else {
    try {
      recipe = core::readRecipe(options.recipe);
    } catch (const Error& error) {
      throw UsageError{error};
    }
    const bool changed = options.strength || !options.settings.empty();
    if (recipe.steps.size() != 1 && changed) {
      throw usage(HEIRLOOM_TEXT("restore.steps", "--set and --strength cannot say which step of %1 they mean")
                      .with(oneLine(options.recipe)),
                  HEIRLOOM_TEXT("restore.steps.remedy", "write them into the recipe"));
    }
  }
  if (recipe.steps.empty()) {
    throw usage(HEIRLOOM_TEXT("restore.empty", "the recipe %1 has no steps").with(oneLine(options.recipe)));
  }
  core::Step& last = recipe.steps.back();
  for (const auto& [name, value] : options.settings) last.settings[name] = value;
  if (options.strength) last.strength = *options.strength;
  return recipe;
}

/// -s: a setting where the model leaves the choice, otherwise what the model must have.
void applyScale(int scale, RestorePlan& plan, const core::ConfiguredModel& last, const core::ModelLibrary& library) {
  if (last.settings.has("scale")) {
    plan.recipe.steps.back().settings["scale"] = std::to_string(scale);
    return;
  }
  const int own = core::scaleOf(library, plan.recipe);
  if (own == scale) return;
  throw usage(HEIRLOOM_TEXT("restore.scale", "%1 enlarges %2 times, not %3 times")
                  .with(oneLine(plan.model), std::to_string(own), std::to_string(scale)),
              HEIRLOOM_TEXT("restore.scale.remedy",
                            "leave --scale out or choose another model; models list shows their scales"));
}

/// The format that a file or a template names, against -f.
void settle(std::optional<core::FileFormat> named, const std::string& by, RestoreOptions& options) {
  if (!named) return;
  if (options.format && *options.format != *named) {
    throw usage(HEIRLOOM_TEXT("restore.formats", "--format and the extension of %1 do not agree").with(oneLine(by)),
                HEIRLOOM_TEXT("restore.formats.remedy", "leave --format out or change the extension"));
  }
  options.format = named;
  if (core::traits(*named).writable) return;
  throw usage(HEIRLOOM_TEXT("restore.writable", "%1 files can be read, not written")
                  .with(std::string(core::traits(*named).name)),
              HEIRLOOM_TEXT("restore.writable.remedy", "choose another extension, .png or .tif say"));
}

void placeResults(RestoreOptions& options, RestorePlan& plan) {
  if (options.output.empty()) return;
  const fs::path output = options.output;
  const bool oneInput = options.inputs.size() == 1 && !fs::is_directory(options.inputs.front());
  if (oneInput && core::formatOf(output) && !fs::is_directory(output)) {
    excludes(true, "-o FILE", !options.nameTemplate.empty() || !options.suffix.empty(), "a name template");
    plan.file = output;
    settle(core::formatOf(output), options.output, options);
    return;
  }
  if (fs::exists(output) && !fs::is_directory(output)) {
    throw usage(
        HEIRLOOM_TEXT("restore.folder", "-o: %1 is a file, not a folder for the results").with(oneLine(options.output)),
        HEIRLOOM_TEXT("restore.folder.remedy", "name a folder, or for one photo a file with a picture's extension"));
  }
  plan.folder = output;
}

core::NameTemplate namesOf(const RestoreOptions& options) {
  std::string pattern(core::NameTemplate::kDefault);
  if (!options.nameTemplate.empty()) pattern = options.nameTemplate;
  if (!options.suffix.empty()) {
    pattern = "{name}";
    for (const char character : options.suffix) {
      pattern += character;
      if (character == '{' || character == '}') pattern += character;
    }
    pattern += ".{ext}";
  }
  try {
    return core::NameTemplate(pattern);
  } catch (const Error& error) {
    throw UsageError{error};
  }
}

}  // namespace

std::optional<core::FileFormat> readFormat(const std::string& option, const std::string& value) {
  if (value == "preserve") return std::nullopt;
  std::vector<std::string> names = {"preserve"};
  for (const core::FormatTraits& format : core::formats()) {
    if (!format.writable) continue;
    for (const std::string_view extension : format.extensions) {
      if (value == extension) return format.format;
    }
    names.emplace_back(format.extensions.front());
  }
  readChoice(option, value, names);
  return std::nullopt;
}

RestorePlan planRestore(const RestoreOptions& given, const core::ModelLibrary& library) {
  RestoreOptions options = given;
  checkCombinations(options);
  requireDevice(options.run.device);

  RestorePlan plan;
  plan.recipe = recipeOf(options);
  std::optional<core::ConfiguredModel> last;
  for (const core::Step& step : plan.recipe.steps) {
    last = requireSettings(library, step.model, step.settings);
    plan.loaded.push_back(last->network);
  }
  plan.model = last->name;
  plan.recipeName = options.recipe.empty() ? last->name : fs::path(options.recipe).stem().string();
  if (plan.recipe.steps.size() > 1) plan.model = plan.recipeName;
  if (options.scale) applyScale(*options.scale, plan, *last, library);
  try {
    plan.scale = core::scaleOf(library, plan.recipe);
    plan.names = namesOf(options);
    placeResults(options, plan);
    if (plan.file.empty()) settle(plan.names.format(), plan.names.pattern(), options);
    if (options.format && options.write.depth) core::requireDepth(*options.write.depth, *options.format);
  } catch (const Error& error) {
    throw UsageError{error};
  }
  plan.format = options.format;
  // A folder is watched for days: what was done before the last stop is no failure of every start.
  plan.existing = options.overwrite
                      ? core::Existing::Overwrite
                      : options.existing.value_or(options.watch.empty() ? core::Existing::Fail : core::Existing::Skip);
  return plan;
}

}  // namespace heirloom::app
