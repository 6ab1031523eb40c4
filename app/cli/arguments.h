#pragma once

#include <CLI/App.hpp>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/report.h"
#include "core/library/configure.h"
#include "core/library/library.h"

namespace heirloom::app {

/// What a command works with.
struct Context {
  const core::ModelLibrary& library;
  Report& report;
  std::stop_token stop;
};

/// A command with its options read; returns the exit code.
using Command = std::function<int(Context&)>;

/// The program's arguments as they are declared: CLI11 finds options, everything it finds arrives here as bytes,
/// because its own conversions take brackets and locales into account.
class Arguments {
 public:
  using Reader = std::function<void(const std::string& value)>;

  /// Adds the command `name` with --json, -v and -h. `chosen` becomes `run` when the command is given.
  Arguments(CLI::App& parent, const std::string& name, const std::string& description, const std::string& example);

  /// Run when the arguments name this command.
  void runs(Command& chosen, const Command& run);

  /// Options without help are not listed: the help of another names them.
  void flag(const std::string& names, bool& target, const std::string& help);
  /// An option with a value, given at most once. `read` throws UsageError.
  void value(const std::string& names, const std::string& type, const Reader& read, const std::string& help);
  void value(const std::string& names, const std::string& type, std::string& target, const std::string& help);
  /// May be given several times, one value each.
  void list(const std::string& names, const std::string& type, const Reader& read, const std::string& help);
  /// Positional: exactly one.
  void positional(const std::string& name, std::string& target);
  /// Positional: any number of files or names.
  void positionals(const std::string& name, bool required, const Reader& read);

  CLI::App& app() { return *app_; }

 private:
  CLI::App* app_;
};

/// Parses what main was given; throws CLI::ParseError and UsageError.
void parse(CLI::App& program, int argc, char** argv);

/// Help of one screen: usage, a line for each option, an example.
void useHelpFormat(CLI::App& program);

/// What CLI11 found wrong, in our words.
UsageError usageErrorOf(const CLI::ParseError& error, const CLI::App& program);

/// Readers of values; each throws UsageError naming option, value and what would be allowed. Numbers have a decimal
/// point in every locale.
std::int64_t readInteger(const std::string& option, const std::string& value, std::int64_t minimum,
                         std::int64_t maximum);
double readReal(const std::string& option, const std::string& value, double minimum, double maximum);
/// "0.5" or "50%".
double readFraction(const std::string& option, const std::string& value);
/// "white", "black" or "#rrggbb", as sRGB 0..1.
std::array<double, 3> readColour(const std::string& option, const std::string& value);
/// "name=value"; the last one of a name counts.
void addSetting(std::map<std::string, std::string>& settings, const std::string& option, const std::string& value);
/// One of `options`, compared as they are written.
std::size_t readChoice(const std::string& option, const std::string& value, const std::vector<std::string>& options);
/// A device that is there: auto, cpu, cuda, cuda:N.
void requireDevice(const std::string& device);

/// `model` with the network of --network, where that is given: "pair.pth#denoise".
std::string withNetwork(const std::string& model, const std::string& network);
inline constexpr const char* kNetworkHelp = "which network, where the checkpoint holds several (or FILE#NAME)";

/// The model, its settings checked. Everything that is wrong with them is a UsageError: nothing was touched yet.
core::InstalledModel requireModel(const core::ModelLibrary& library, const std::string& model);
/// Loaded, for the reference's protocol; `name` is what was asked for.
core::ConfiguredModel requireSettings(const core::ModelLibrary& library, const std::string& name,
                                      const std::map<std::string, std::string>& settings);

UsageError usage(Message fault, Message remedy = {});

}  // namespace heirloom::app
