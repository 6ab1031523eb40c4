#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace heirloom::core {

/// A setting of every model that is a checkpoint, beside the network's own: "OTHER:WEIGHT" mixes in the weights of
/// another checkpoint of the same network.
inline constexpr const char* kBlend = "blend";

/// One pass over the picture.
struct Step {
  std::string model;                            // a name of the library, or a checkpoint's path
  std::map<std::string, std::string> settings;  // as --set: name -> text; what is absent has its default
  double strength = 1;                          // 0..1
  std::string mask = {};  // a grey picture's path: where it is white the step counts, where black it does not
  bool operator==(const Step&) const = default;
};

/// What is done to a photo: the one thing that window, command line, batch and sidecar speak.
struct Recipe {
  std::vector<Step> steps;
  bool operator==(const Recipe&) const = default;
};

/// The step of a run that goes on from the middle of one with the step `before`: its model, its settings `fixed`, all
/// other ones as `now` has them.
Step goingOn(const Step& before, const Step& now, const std::vector<std::string>& fixed);

/// What a run ran with before it went on with other settings.
struct EarlierPart {
  int step = 0;  // up to which it did, from 1
  std::map<std::string, std::string> settings;
  bool operator==(const EarlierPart&) const = default;
};

/// Lines of comment for people, before the YAML of a recipe that ends with `step`: up to where the run had which other
/// settings. Whoever repeats the recipe gets another picture. `earlier`: the first part first.
std::string commentsOn(const std::vector<EarlierPart>& earlier, const Step& step);

/// A line of comment for people, before the YAML of a recipe whose networks invent: precision and kind of device of
/// each step ("bfloat16 on cpu"), which --dtype and --device repeat. The recipe itself is for any computer. Empty where
/// `placements` is.
std::string commentOn(const std::vector<std::string>& placements);

/// YAML, one document: `version: 1`, `steps:` of `model`, `settings`, `strength`, `mask`. Numbers with a decimal point
/// in every locale.
std::string toYaml(const Recipe& recipe);

/// Throws Error naming `source` and the line: not YAML, an unknown key, another version, a strength outside 0..1.
Recipe parseRecipe(const std::string& yaml, const std::filesystem::path& source);
Recipe readRecipe(const std::filesystem::path& file);

}  // namespace heirloom::core
