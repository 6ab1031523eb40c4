#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/common/grid.h"
#include "models/common/message.h"

namespace heirloom::models {

class Restorer;

struct RealRange {
  double minimum = 0;
  double maximum = 1;
  double byDefault = 0;
  double step = 1;  // of a slider
  bool operator==(const RealRange&) const = default;
};
struct IntegerRange {
  std::int64_t minimum = 0;
  std::int64_t maximum = 1;
  std::int64_t byDefault = 0;
  bool operator==(const IntegerRange&) const = default;
};
struct Toggle {
  bool byDefault = false;
  bool operator==(const Toggle&) const = default;
};
struct Choice {
  std::vector<std::string> options;  // values as they are typed; never empty
  std::string byDefault;
  bool operator==(const Choice&) const = default;
};

/// A blur kernel: "gaussian:WIDTH[,ACROSS[,ANGLE]]", "motion:LENGTH[,ANGLE]", "grid:COLUMNSxROWS:V,V,..." or a file
/// (models/common/blur_kernel.h).
struct KernelInput {
  std::string byDefault;
  bool operator==(const KernelInput&) const = default;
};
/// A matrix that comes from a file people have beside the checkpoint.
struct MatrixInput {
  std::string fileName;  // of the published file
  std::string entry;     // in it
  int rows = 0;
  int columns = 0;
  bool operator==(const MatrixInput&) const = default;
};
/// Another network of the library, one that takes a noise level. Empty: the person has to choose.
struct DenoiserInput {
  std::string byDefault;
  bool enlarges = false;  // one that enlarges as well: DPSR's
  bool operator==(const DenoiserInput&) const = default;
};
/// Words, such as a prompt: UTF-8 of at most `longest` characters.
struct TextInput {
  std::string byDefault;
  std::size_t longest = 4000;
  bool operator==(const TextInput&) const = default;
};

/// The value of a choice of the same model beside which another setting counts.
struct Condition {
  std::string name;
  std::string value;
  bool operator==(const Condition&) const = default;
};

/// One thing a person can set: what a panel, `models show` and `--set` are made from.
struct Parameter {
  std::string name;  // as in --set: "noise_level"
  Message label;
  Message help;
  std::string unit;  // "/255", "%", "" for none
  std::variant<RealRange, IntegerRange, Toggle, Choice, KernelInput, MatrixInput, DenoiserInput, TextInput> range;
  std::string onPhotos = {};  // what photos are restored with where nobody sets it, if not the (reference's) default
  std::optional<Condition> onlyWith = {};  // empty: counts always
  bool operator==(const Parameter&) const = default;
};

/// A network that serves another one, and its name in the library.
struct ModelReference {
  std::string name;
  std::shared_ptr<const Restorer> model;  // null until chosen
  bool operator==(const ModelReference&) const = default;
};

/// The values of a network's parameters: always complete, always within range. Texts that name files or models are
/// looked up above this floor (core/library/assign.h) and arrive here as values.
class Settings {
 public:
  using Value = std::variant<double, std::int64_t, bool, std::string, Grid, ModelReference>;

  Settings() = default;
  explicit Settings(std::vector<Parameter> parameters);  // every value at its default

  /// Throws Error naming the setting, the value and what would be allowed: an unknown name, a value that does not parse
  /// or lies outside its range. Numbers have a decimal point in every locale.
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, const char* value) { set(name, std::string_view(value)); }
  void set(std::string_view name, Value value);

  double real(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool toggle(std::string_view name) const;
  const std::string& choice(std::string_view name) const;  // of a text too
  const Grid& grid(std::string_view name) const;           // of a kernel or a matrix; empty until it was set
  const ModelReference& model(std::string_view name) const;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  bool has(std::string_view name) const;
  /// Whether the network looks at the setting, given the choices that others depend on. Throws Error for an unknown
  /// name.
  bool counts(std::string_view name) const;
  /// These values under `parameters`, a part of the own ones.
  Settings narrowed(const std::vector<Parameter>& parameters) const;
  /// As `set` reads it back.
  std::string text(std::string_view name) const;
  bool operator==(const Settings&) const = default;

 private:
  std::size_t indexOf(std::string_view name) const;
  std::vector<Parameter> parameters_;
  std::vector<Value> values_;  // beside parameters_
};

}  // namespace heirloom::models
