#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <vector>

#include "models/common/error.h"

namespace heirloom::core {

/// One mapping of a document: reads its keys into fields, then refuses what is left. Errors name the key by its path,
/// "dataset.patch".
class YamlSection {
 public:
  /// `node`: undefined or empty is an empty mapping. Throws Error when it is something else.
  YamlSection(const YAML::Node& node, std::string name);

  bool has(const std::string& key) const { return node_.IsMap() && node_[key]; }

  /// Leaves the field as it is when the key is absent. Throws Error when its value is no T.
  template <typename T>
  YamlSection& read(const std::string& key, T& field) {
    known_.push_back(key);
    if (!has(key)) return *this;
    try {
      field = node_[key].as<T>();
    } catch (const YAML::Exception&) {
      refuse(key);
    }
    return *this;
  }
  YamlSection& read(const std::string& key, std::filesystem::path& field);

  YamlSection section(const std::string& key);

  /// Throws Error, which names what is known, when there is a key that nothing asked for.
  void refuseOthers() const;

 private:
  std::string full(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }
  [[noreturn]] void refuse(const std::string& key) const;

  YAML::Node node_;
  std::string name_;
  std::vector<std::string> known_;
};

}  // namespace heirloom::core
