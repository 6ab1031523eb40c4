#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "models/common/error.h"

namespace heirloom::models {

/// A `config.json` that lies beside a network's weights. Every answer throws Error, naming the file and the key, for a
/// value of another kind or out of range; a key that is absent (or null) has its default.
class JsonConfig {
 public:
  /// `name`: of the file in messages, "vae/config.json". Throws Error for what is no JSON object.
  JsonConfig(const std::string& text, std::string name);
  ~JsonConfig();

  /// A count or a size: 1..65536.
  int size(const char* key, int byDefault) const;
  /// The same, at most `most` of them.
  std::vector<int> sizes(const char* key, std::vector<int> byDefault, std::size_t most) const;
  double number(const char* key, double byDefault) const;
  std::vector<double> numbers(const char* key, std::vector<double> byDefault) const;
  bool toggle(const char* key, bool byDefault) const;
  std::string text(const char* key, const std::string& byDefault) const;
  /// An object within.
  JsonConfig object(const char* key) const;

  Error refusal(const std::string& what) const;

 private:
  const nlohmann::json* find(const char* key) const;  // null when absent or null

  std::unique_ptr<const nlohmann::json> json_;
  std::string name_;
};

}  // namespace heirloom::models
