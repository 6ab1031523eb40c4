#include "models/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "models/checkpoint/refusal.h"
#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "models/common/joined.h"
#include "models/common/parsed_number.h"
#include "models/common/utf8.h"

namespace heirloom::models {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// std::to_chars knows no locale.
template <typename Number>
std::string printed(Number value) {
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string printed(const Settings::Value& value) {
  return std::visit(
      Overloaded{[](const std::string& v) { return v; }, [](bool v) { return std::string(v ? "true" : "false"); },
                 [](const Grid& v) { return v.text; }, [](const ModelReference& v) { return v.name; },
                 [](auto v) { return printed<decltype(v)>(v); }},
      value);
}

std::string allowed(const Parameter& parameter) {
  return std::visit(
      Overloaded{[](const RealRange& r) { return printed(r.minimum) + " to " + printed(r.maximum); },
                 [](const IntegerRange& r) { return printed(r.minimum) + " to " + printed(r.maximum); },
                 [](const Toggle&) { return std::string("true or false"); },
                 [](const Choice& c) { return "one of " + joined(c.options); },
                 [](const KernelInput&) { return std::string(kKernelForms); },
                 [](const MatrixInput& m) {
                   return "the file " + m.fileName + " with " + printed(m.rows) + " x " + printed(m.columns) +
                          " numbers named " + m.entry;
                 },
                 [](const DenoiserInput& d) {
                   return std::string(d.enlarges ? "a network of DPSR" : "a model that takes a noise level");
                 },
                 [](const TextInput& t) { return "up to " + printed(t.longest) + " characters"; }},
      parameter.range);
}

[[noreturn]] void refuse(const Parameter& parameter, std::string_view value) {
  throw Error(HEIRLOOM_TEXT("setting.range", "%1 cannot be %2").with(parameter.name, std::string(value)),
              HEIRLOOM_TEXT("setting.range.remedy", "it takes %1").with(allowed(parameter)));
}

/// A text is too long to be named in full by what is wrong with it.
void requireText(const Parameter& parameter, const TextInput& range, std::string_view text) {
  if (!isUtf8(text)) {
    throw Error(HEIRLOOM_TEXT("setting.utf8", "%1 is not valid UTF-8").with(parameter.name),
                HEIRLOOM_TEXT("text.utf8.remedy", "type it again, or convert it to UTF-8"));
  }
  const std::size_t characters = decoded(text).size();
  if (characters > range.longest) {
    throw Error(HEIRLOOM_TEXT("setting.text_long", "%1 has %2 characters").with(parameter.name, printed(characters)),
                HEIRLOOM_TEXT("setting.range.remedy", "it takes %1").with(allowed(parameter)));
  }
}

Settings::Value byDefault(const Parameter& parameter) {
  return std::visit(Overloaded{[](const KernelInput& k) -> Settings::Value {
                                 return k.byDefault.empty() ? Grid{} : parseKernel(k.byDefault).value();
                               },
                               [](const MatrixInput&) -> Settings::Value { return Grid{}; },
                               [](const DenoiserInput& d) -> Settings::Value {
                                 return ModelReference{d.byDefault, nullptr};
                               },
                               [](const auto& range) -> Settings::Value { return range.byDefault; }},
                    parameter.range);
}

}  // namespace

Settings::Settings(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
  for (const Parameter& parameter : parameters_) values_.push_back(byDefault(parameter));
}

bool Settings::has(std::string_view name) const {
  return std::ranges::any_of(parameters_, [&](const Parameter& parameter) { return parameter.name == name; });
}

bool Settings::counts(std::string_view name) const {
  const std::optional<Condition>& only = parameters_[indexOf(name)].onlyWith;
  return !only || choice(only->name) == only->value;
}

Settings Settings::narrowed(const std::vector<Parameter>& parameters) const {
  Settings part;
  part.parameters_ = parameters;
  for (const Parameter& parameter : parameters) part.values_.push_back(values_[indexOf(parameter.name)]);
  return part;
}

std::size_t Settings::indexOf(std::string_view name) const {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  if (found != parameters_.end()) return static_cast<std::size_t>(found - parameters_.begin());
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters_) names.push_back(parameter.name);
  throw Error(HEIRLOOM_TEXT("setting.unknown", "there is no setting named %1").with(std::string(name)),
              names.empty() ? HEIRLOOM_TEXT("setting.none", "this model has no settings")
                            : HEIRLOOM_TEXT("setting.unknown.remedy", "this model has %1").with(joined(names)));
}

void Settings::set(std::string_view name, std::string_view text) {
  const Parameter& parameter = parameters_[indexOf(name)];
  const std::optional<Value> value = std::visit(
      Overloaded{[&](const RealRange&) -> std::optional<Value> { return parsedNumber<double>(text); },
                 [&](const IntegerRange&) -> std::optional<Value> { return parsedNumber<std::int64_t>(text); },
                 [&](const Toggle&) -> std::optional<Value> {
                   if (text == "true" || text == "1" || text == "on" || text == "yes") return true;
                   if (text == "false" || text == "0" || text == "off" || text == "no") return false;
                   return std::nullopt;
                 },
                 [&](const Choice&) -> std::optional<Value> { return std::string(text); },
                 [&](const KernelInput&) -> std::optional<Value> { return parseKernel(text); },
                 // Only whoever knows files and the library can look these up.
                 [&](const MatrixInput&) -> std::optional<Value> { return std::nullopt; },
                 [&](const DenoiserInput&) -> std::optional<Value> { return std::nullopt; },
                 [&](const TextInput&) -> std::optional<Value> { return std::string(text); }},
      parameter.range);
  if (!value) refuse(parameter, text);
  set(name, *value);
}

void Settings::set(std::string_view name, Value value) {
  const std::size_t index = indexOf(name);
  const Parameter& parameter = parameters_[index];
  const bool fits = std::visit(
      Overloaded{
          [](const RealRange& r, double v) { return std::isfinite(v) && v >= r.minimum && v <= r.maximum; },
          [](const IntegerRange& r, std::int64_t v) { return v >= r.minimum && v <= r.maximum; },
          [](const Toggle&, bool) { return true; },
          [](const Choice& c, const std::string& v) { return std::ranges::find(c.options, v) != c.options.end(); },
          [](const KernelInput&, const Grid& k) { return !k.empty(); },
          [](const MatrixInput& m, const Grid& v) { return v.rows == m.rows && v.columns == m.columns; },
          [](const DenoiserInput&, const ModelReference& m) { return m.model != nullptr; },
          [&](const TextInput& t, const std::string& v) {
            requireText(parameter, t, v);
            return true;
          },
          [](const auto&, const auto&) { return false; }},
      parameter.range, value);
  if (!fits) {
    refuse(parameter, printed(value));
  }
  values_[index] = std::move(value);
}

double Settings::real(std::string_view name) const {
  return std::get<double>(values_[indexOf(name)]);
}
std::int64_t Settings::integer(std::string_view name) const {
  return std::get<std::int64_t>(values_[indexOf(name)]);
}
bool Settings::toggle(std::string_view name) const {
  return std::get<bool>(values_[indexOf(name)]);
}
const std::string& Settings::choice(std::string_view name) const {
  return std::get<std::string>(values_[indexOf(name)]);
}

const Grid& Settings::grid(std::string_view name) const {
  return std::get<Grid>(values_[indexOf(name)]);
}
const ModelReference& Settings::model(std::string_view name) const {
  return std::get<ModelReference>(values_[indexOf(name)]);
}

std::string Settings::text(std::string_view name) const {
  return printed(values_[indexOf(name)]);
}

}  // namespace heirloom::models
