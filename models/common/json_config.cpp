#include "models/common/json_config.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace heirloom::models {
namespace {

using nlohmann::json;

constexpr int kLargest = 1 << 16;  // sizes are multiplied before memory is taken

bool isSize(const json& value) {
  return value.is_number_integer() && value >= 1 && value <= kLargest;
}

bool isNumber(const json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

}  // namespace

JsonConfig::JsonConfig(const std::string& text, std::string name)
    : json_(std::make_unique<const json>(json::parse(text, nullptr, /*allow_exceptions=*/false))),
      name_(std::move(name)) {
  if (!json_->is_object()) throw refusal("it is no JSON object");
}

JsonConfig::~JsonConfig() = default;

Error JsonConfig::refusal(const std::string& what) const {
  return Error(HEIRLOOM_TEXT("config.unusable", "%1 cannot be used: %2").with(name_, what),
               HEIRLOOM_TEXT("config.unusable.remedy", "use that file as its authors published it"));
}

const json* JsonConfig::find(const char* key) const {
  const auto found = json_->find(key);
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

int JsonConfig::size(const char* key, int byDefault) const {
  const json* value = find(key);
  if (!value) return byDefault;
  if (!isSize(*value)) throw refusal(std::string(key) + " is no usable number");
  return value->get<int>();
}

std::vector<int> JsonConfig::sizes(const char* key, std::vector<int> byDefault, std::size_t most) const {
  const json* value = find(key);
  if (!value) return byDefault;
  bool usable = value->is_array() && !value->empty() && value->size() <= most;
  for (std::size_t i = 0; usable && i < value->size(); ++i) usable = isSize((*value)[i]);
  if (!usable) throw refusal(std::string(key) + " is no usable list");
  return value->get<std::vector<int>>();
}

double JsonConfig::number(const char* key, double byDefault) const {
  const json* value = find(key);
  if (!value) return byDefault;
  if (!isNumber(*value)) throw refusal(std::string(key) + " is no number");
  return value->get<double>();
}

std::vector<double> JsonConfig::numbers(const char* key, std::vector<double> byDefault) const {
  const json* value = find(key);
  if (!value) return byDefault;
  bool usable = value->is_array() && value->size() == byDefault.size();
  for (std::size_t i = 0; usable && i < value->size(); ++i) usable = isNumber((*value)[i]);
  if (!usable) throw refusal(std::string(key) + " is no usable list");
  return value->get<std::vector<double>>();
}

bool JsonConfig::toggle(const char* key, bool byDefault) const {
  const json* value = find(key);
  if (!value) return byDefault;
  if (!value->is_boolean()) throw refusal(std::string(key) + " is neither true nor false");
  return value->get<bool>();
}

std::string JsonConfig::text(const char* key, const std::string& byDefault) const {
  const json* value = find(key);
  if (!value) return byDefault;
  if (!value->is_string()) throw refusal(std::string(key) + " is no text");
  return value->get<std::string>();
}

JsonConfig JsonConfig::object(const char* key) const {
  const json* value = find(key);
  return JsonConfig(value ? value->dump() : "{}", name_);
}

}  // namespace heirloom::models
