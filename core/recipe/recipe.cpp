#include "core/recipe/recipe.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string_view>

#include "models/common/error.h"

namespace heirloom::core {
namespace {

std::string numberText(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

/// Reads one document and names file and line in everything it refuses.
class RecipeReader {
 public:
  explicit RecipeReader(const std::filesystem::path& source) : source_(source) {}

  Recipe read(const std::string& yaml) const {
    std::vector<YAML::Node> documents;
    try {
      documents = YAML::LoadAll(yaml);
    } catch (const YAML::Exception& error) {
      throw failure(error.mark, HEIRLOOM_TEXT("recipe.yaml", "this is not YAML: %1").with(error.msg));
    }
    if (documents.size() != 1 || !documents.front().IsMap()) {
      throw failure({}, HEIRLOOM_TEXT("recipe.document", "a recipe is one YAML document with `version` and `steps`"));
    }
    const YAML::Node& root = documents.front();
    allow(root, {"version", "steps"});
    const YAML::Node version = root["version"];
    if (!version || !version.IsScalar() || version.Scalar() != "1") {
      throw failure(version ? version.Mark() : root.Mark(),
                    HEIRLOOM_TEXT("recipe.version", "only recipes of version 1 can be read; this one says %1")
                        .with(version && version.IsScalar() ? version.Scalar() : std::string("none")));
    }
    const YAML::Node steps = root["steps"];
    if (!steps || !steps.IsSequence() || steps.size() == 0) {
      throw failure(steps ? steps.Mark() : root.Mark(),
                    HEIRLOOM_TEXT("recipe.steps", "`steps` must be a list of at least one step"));
    }
    Recipe recipe;
    for (const YAML::Node& step : steps) recipe.steps.push_back(readStep(step));
    return recipe;
  }

 private:
  Error failure(const YAML::Mark& mark, const Message& fault) const {
    const std::string line = mark.is_null() ? "1" : std::to_string(mark.line + 1);
    return Error(HEIRLOOM_TEXT("recipe.line", "line %1: %2").with(line, fault.english()),
                 HEIRLOOM_TEXT("recipe.remedy",
                               "correct the recipe: it has version and steps, a step has model, settings, strength "
                               "and mask"),
                 source_);
  }

  void allow(const YAML::Node& map, std::initializer_list<std::string_view> keys) const {
    std::vector<std::string> seen;
    for (const auto& entry : map) {
      const YAML::Node& key = entry.first;
      if (!key.IsScalar() || std::find(keys.begin(), keys.end(), key.Scalar()) == keys.end()) {
        throw failure(key.Mark(), HEIRLOOM_TEXT("recipe.key", "unknown key '%1'")
                                      .with(key.IsScalar() ? key.Scalar() : std::string("(not a word)")));
      }
      requireFirst(key, seen);
    }
  }

  void requireFirst(const YAML::Node& key, std::vector<std::string>& seen) const {
    if (std::find(seen.begin(), seen.end(), key.Scalar()) != seen.end()) {
      throw failure(key.Mark(), HEIRLOOM_TEXT("recipe.twice", "'%1' is there twice").with(key.Scalar()));
    }
    seen.push_back(key.Scalar());
  }

  Step readStep(const YAML::Node& node) const {
    if (!node.IsMap()) throw failure(node.Mark(), HEIRLOOM_TEXT("recipe.step", "a step must name its `model`"));
    allow(node, {"model", "settings", "strength", "mask"});
    Step step;
    const YAML::Node model = node["model"];
    if (!model || !model.IsScalar() || model.Scalar().empty()) {
      throw failure(model ? model.Mark() : node.Mark(), HEIRLOOM_TEXT("recipe.step", "a step must name its `model`"));
    }
    step.model = model.Scalar();
    if (const YAML::Node settings = node["settings"]) {
      if (!settings.IsMap()) {
        throw failure(settings.Mark(), HEIRLOOM_TEXT("recipe.settings", "`settings` must be names with values"));
      }
      std::vector<std::string> seen;
      for (const auto& entry : settings) {
        if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
          throw failure(entry.first.Mark(), HEIRLOOM_TEXT("recipe.settings", "`settings` must be names with values"));
        }
        requireFirst(entry.first, seen);
        step.settings[entry.first.Scalar()] = entry.second.Scalar();
      }
    }
    if (const YAML::Node strength = node["strength"]) step.strength = readStrength(strength);
    if (const YAML::Node mask = node["mask"]) {
      if (!mask.IsScalar() || mask.Scalar().empty())
        throw failure(mask.Mark(), HEIRLOOM_TEXT("recipe.mask", "`mask` must name a grey picture"));
      step.mask = mask.Scalar();
    }
    return step;
  }

  double readStrength(const YAML::Node& node) const {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1)) {
      throw failure(node.Mark(),
                    HEIRLOOM_TEXT("recipe.strength", "`strength` must lie between 0 and 1; it is '%1'").with(text));
    }
    return value;
  }

  const std::filesystem::path& source_;
};

}  // namespace

Step goingOn(const Step& before, const Step& now, const std::vector<std::string>& fixed) {
  Step step{before.model, now.settings, now.strength, now.mask};
  std::vector<std::string> kept = fixed;
  kept.emplace_back(kBlend);  // another network
  for (const std::string& name : kept) {
    step.settings.erase(name);
    if (const auto value = before.settings.find(name); value != before.settings.end()) step.settings.insert(*value);
  }
  return step;
}

std::string commentsOn(const std::vector<EarlierPart>& earlier, const Step& step) {
  std::string text;
  for (const EarlierPart& part : earlier) {
    std::string different;
    // Quoted, a line end within a prompt does not end the comment.
    const auto add = [&](const std::string& name, const std::optional<std::string>& value) {
      YAML::Emitter out;
      if (value) out << YAML::DoubleQuoted << *value;
      different += "#   " + name + ": " + (value ? out.c_str() : "its default") + "\n";
    };
    for (const auto& [name, value] : part.settings) {
      const auto now = step.settings.find(name);
      if (now == step.settings.end() || now->second != value) add(name, value);
    }
    for (const auto& [name, value] : step.settings) {
      if (!part.settings.contains(name)) add(name, std::nullopt);
    }
    text += "# up to step " + std::to_string(part.step);
    text += different.empty() ? " it ran with these settings\n" : " it ran with other settings:\n" + different;
  }
  return text;
}

std::string commentOn(const std::vector<std::string>& placements) {
  std::string text;
  for (const std::string& placement : placements) text += (text.empty() ? "# computed in " : ", ") + placement;
  return text.empty() ? text : text + "\n";
}

std::string toYaml(const Recipe& recipe) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "version" << YAML::Value << 1;
  out << YAML::Key << "steps" << YAML::Value << YAML::BeginSeq;
  for (const Step& step : recipe.steps) {
    out << YAML::BeginMap << YAML::Key << "model" << YAML::Value << YAML::DoubleQuoted << step.model;
    if (!step.settings.empty()) {
      out << YAML::Key << "settings" << YAML::Value << YAML::BeginMap;
      for (const auto& [name, value] : step.settings) {
        out << YAML::Key << name << YAML::Value << YAML::DoubleQuoted << value;
      }
      out << YAML::EndMap;
    }
    out << YAML::Key << "strength" << YAML::Value << numberText(step.strength);
    if (!step.mask.empty()) out << YAML::Key << "mask" << YAML::Value << YAML::DoubleQuoted << step.mask;
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap << YAML::Newline;
  return out.c_str();
}

Recipe parseRecipe(const std::string& yaml, const std::filesystem::path& source) {
  return RecipeReader(source).read(yaml);
}

Recipe readRecipe(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    throw Error(HEIRLOOM_TEXT("recipe.unreadable", "the recipe cannot be read"),
                HEIRLOOM_TEXT("recipe.unreadable_remedy", "give the path of a YAML file that exists and may be read"),
                file);
  }
  return parseRecipe(text.str(), file);
}

}  // namespace heirloom::core
