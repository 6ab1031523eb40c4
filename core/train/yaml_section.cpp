#include "core/train/yaml_section.h"

#include <algorithm>

#include "models/common/joined.h"

namespace heirloom::core {

YamlSection::YamlSection(const YAML::Node& node, std::string name) : node_(node), name_(std::move(name)) {
  if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
    throw name_.empty() ? Error(HEIRLOOM_TEXT("train.document", "the document must hold keys and values"))
                        : Error(HEIRLOOM_TEXT("train.mapping", "%1 must hold keys and values").with(name_));
  }
}

YamlSection& YamlSection::read(const std::string& key, std::filesystem::path& field) {
  std::string text;
  read(key, text);
  if (!text.empty()) field = text;
  return *this;
}

YamlSection YamlSection::section(const std::string& key) {
  known_.push_back(key);
  return {node_.IsMap() ? node_[key] : YAML::Node(YAML::NodeType::Undefined), full(key)};
}

void YamlSection::refuseOthers() const {
  if (!node_.IsMap()) return;
  for (const auto& entry : node_) {
    const auto key = entry.first.as<std::string>();
    if (std::ranges::find(known_, key) != known_.end()) continue;
    throw Error(HEIRLOOM_TEXT("train.key", "there is no key %1").with(full(key)),
                HEIRLOOM_TEXT("train.key.remedy", "known here are %1").with(joined(known_)));
  }
}

void YamlSection::refuse(const std::string& key) const {
  throw Error(
      HEIRLOOM_TEXT("train.value", "%1 cannot be read from line %2")
          .with(full(key), std::to_string(node_[key].Mark().line + 1)),
      HEIRLOOM_TEXT(
          "train.value.remedy",
          "write what the documentation shows there: a number, a word or a list (a range is a list of two numbers)"));
}

}  // namespace heirloom::core
