#include "app/cli/arguments.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

#include "core/engine/devices.h"
#include "models/common/joined.h"
#include "models/common/parsed_number.h"
#include "models/several_networks.h"

namespace heirloom::app {
namespace {

constexpr int kMany = 1 << 28;

class HelpFormat : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
    std::string usage = "Usage: " + name;
    std::string options;
    std::string rows;
    for (const CLI::Option* option : app->get_options([](const CLI::Option*) { return true; })) {
      const std::string& type = option->get_option_text();
      if (option->get_positional()) {
        usage += " " + type;
      } else if (!option->get_group().empty()) {
        options = " [OPTION]...";
        rows += row(namesOf(*option) + (type.empty() ? "" : " " + type), option->get_description());
      }
    }
    const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
    for (const CLI::App* command : commands)
      rows += row(command->get_name(), firstSentence(command->get_description()));
    if (commands.empty()) {
      rows += row("    --json, -v, -h", "one JSON document on standard output; more detail; this help");
    } else {
      options = " COMMAND [ARGUMENT]...";
    }
    return usage.insert(std::string("Usage: ").size() + name.size(), options) + "\n" + app->get_description() + "\n\n" +
           rows + "\n" + app->get_footer() + "\n";
  }

 private:
  static std::string namesOf(const CLI::Option& option) {
    std::string text = option.get_snames().empty() ? "    " : "-" + option.get_snames().front();
    if (option.get_lnames().empty()) return text;
    return text + (option.get_snames().empty() ? "--" : ", --") + option.get_lnames().front();
  }
  static std::string firstSentence(const std::string& text) {
    const std::string first = text.substr(0, text.find(". "));
    return first.ends_with('.') ? first.substr(0, first.size() - 1) : first;
  }
  static std::string row(const std::string& left, const std::string& right) {
    constexpr std::size_t kColumn = 27;
    return "  " + left + std::string(left.size() < kColumn ? kColumn - left.size() : 1, ' ') + right + "\n";
  }
};

/// Before arguments that CLI11 would not leave alone.
constexpr char kShield = '\x01';

CLI::callback_t reading(const Arguments::Reader& read) {
  return [read](const CLI::results_t& values) {
    for (const std::string& value : values) read(value.starts_with(kShield) ? value.substr(1) : value);
    return true;
  };
}

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& allowed) {
  throw usage(HEIRLOOM_TEXT("arguments.value", "%1 cannot be \"%2\"").with(option, value),
              HEIRLOOM_TEXT("arguments.value.remedy", "it takes %1").with(allowed));
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

}  // namespace

Arguments::Arguments(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& example)
    : app_(parent.add_subcommand(name, description)) {
  app_->footer("Example: " + example);
  app_->set_help_flag("-h,--help")->group("");
  // Read before the rest (main looks for them first, so that errors in arguments obey them too).
  app_->add_flag("--json")->group("");
  app_->add_flag("-v,--verbose")->group("");
}

void Arguments::runs(Command& chosen, const Command& run) {
  app_->callback([&chosen, run] { chosen = run; });
}

void Arguments::flag(const std::string& names, bool& target, const std::string& help) {
  CLI::Option* option = app_->add_flag(names, target, help);
  if (help.empty()) option->group("");
}

void Arguments::value(const std::string& names, const std::string& type, const Reader& read, const std::string& help) {
  CLI::Option* option = app_->add_option(names, reading(read), help)->option_text(type);
  if (help.empty()) option->group("");
}

void Arguments::value(const std::string& names, const std::string& type, std::string& target, const std::string& help) {
  value(
      names, type, [&target](const std::string& given) { target = given; }, help);
}

void Arguments::list(const std::string& names, const std::string& type, const Reader& read, const std::string& help) {
  app_->add_option(names, reading(read), help)
      ->option_text(type)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void Arguments::positional(const std::string& name, std::string& target) {
  app_->add_option(name, reading([&target](const std::string& given) { target = given; }))
      ->option_text(name)
      ->required();
}

void Arguments::positionals(const std::string& name, bool required, const Reader& read) {
  app_->add_option(name, reading(read))
      ->option_text((required ? name : "[" + name + "]") + "...")
      ->expected(required ? 1 : 0, kMany)
      ->required(required)
      ->allow_extra_args();
}

void parse(CLI::App& program, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto shield = [](std::string& word) { word.insert(0, 1, kShield); };
  const auto mark = std::find(words.begin(), words.end(), "--");
  // "[a,b]" is a list to CLI11; to us it is a file of that name.
  std::for_each(words.begin(), mark, [&](std::string& word) {
    if (word.starts_with('[') || word.starts_with(kShield)) shield(word);
  });
  // What follows "--" is never an option, which CLI11 forgets where any number of arguments may follow.
  std::for_each(mark, words.end(), shield);
  if (mark != words.end()) words.erase(mark);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  program.parse(words);
}

void useHelpFormat(CLI::App& program) {
  program.formatter(std::make_shared<HelpFormat>());
  program.set_help_flag("-h,--help")->group("");
}

UsageError usage(Message fault, Message remedy) {
  return UsageError{Error(std::move(fault), std::move(remedy))};
}

UsageError usageErrorOf(const CLI::ParseError& error, const CLI::App& program) {
  std::string command = "heirloom-cli";
  for (const CLI::App* at = &program; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  std::string fault = error.what();
  const auto rest = [&fault](std::string_view begin) -> std::optional<std::string> {
    if (!fault.starts_with(begin)) return std::nullopt;
    return fault.substr(begin.size());
  };
  if (const auto extra = rest("The following argument was not expected: ")) fault = "there is no argument " + *extra;
  if (const auto extra = rest("The following arguments were not expected: "))
    fault = "there are no arguments " + *extra;
  if (fault == "A subcommand is required") {
    const std::vector<std::string> words = program.remaining(true);
    fault = words.empty() ? "a command is missing" : "there is no command " + words.front();
  }
  return usage(HEIRLOOM_TEXT("arguments.parse", "%1").with(fault),
               HEIRLOOM_TEXT("arguments.parse.remedy", "see %1 --help").with(command));
}

std::int64_t readInteger(const std::string& option, const std::string& value, std::int64_t minimum,
                         std::int64_t maximum) {
  const std::optional<std::int64_t> read = models::parsedNumber<std::int64_t>(value);
  if (read && *read >= minimum && *read <= maximum) return *read;
  const bool open = maximum == std::numeric_limits<std::int64_t>::max();
  refuse(option, value,
         open ? "a whole number from " + std::to_string(minimum)
              : "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
}

double readReal(const std::string& option, const std::string& value, double minimum, double maximum) {
  const std::optional<double> read = models::parsedNumber<double>(value);
  if (read && *read >= minimum && *read <= maximum) return *read;
  refuse(option, value, "a number from " + shortest(minimum) + " to " + shortest(maximum));
}

double readFraction(const std::string& option, const std::string& value) {
  const bool percent = value.ends_with('%');
  const std::optional<double> read = models::parsedNumber<double>(percent ? value.substr(0, value.size() - 1) : value);
  const double top = percent ? 100 : 1;
  if (read && *read >= 0 && *read <= top) return *read / top;
  refuse(option, value, "a number from 0 to 1, or 0% to 100%");
}

std::array<double, 3> readColour(const std::string& option, const std::string& value) {
  if (value == "white") return {1, 1, 1};
  if (value == "black") return {0, 0, 0};
  std::uint32_t rgb = 0;
  const char* end = value.data() + value.size();
  if (value.size() == 7 && value.front() == '#') {
    const auto [stop, error] = std::from_chars(value.data() + 1, end, rgb, 16);
    if (error == std::errc{} && stop == end)
      return {(rgb >> 16) / 255.0, (rgb >> 8 & 255U) / 255.0, (rgb & 255U) / 255.0};
  }
  refuse(option, value, "white, black or a colour like #f4f0e8");
}

void addSetting(std::map<std::string, std::string>& settings, const std::string& option, const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos || equals == 0) refuse(option, value, "name=value, such as noise_level=25");
  settings.insert_or_assign(value.substr(0, equals), value.substr(equals + 1));
}

std::size_t readChoice(const std::string& option, const std::string& value, const std::vector<std::string>& options) {
  const auto found = std::find(options.begin(), options.end(), value);
  if (found == options.end()) refuse(option, value, joined(options));
  return static_cast<std::size_t>(found - options.begin());
}

void requireDevice(const std::string& device) {
  if (device == "auto" || device == "cpu") return;
  const core::DeviceReport report = core::devices();
  std::vector<std::string> names = {"auto"};
  for (const core::DeviceInfo& info : report.devices) {
    if (info.id == device || (device == "cuda" && info.id.starts_with("cuda:"))) return;
    names.push_back(info.id);
  }
  std::string allowed = joined(names);
  if (device.starts_with("cuda") && !report.notes.empty()) allowed += " here (" + report.notes.front().english() + ")";
  refuse("--device", device, allowed);
}

std::string withNetwork(const std::string& model, const std::string& network) {
  return models::NetworkOfFile{model, network}.written().string();
}

core::InstalledModel requireModel(const core::ModelLibrary& library, const std::string& model) {
  try {
    return library.find(model);
  } catch (const Error& error) {
    throw UsageError{error};
  }
}

core::ConfiguredModel requireSettings(const core::ModelLibrary& library, const std::string& name,
                                      const std::map<std::string, std::string>& settings) {
  try {
    return core::configure(library, name, settings, core::Protocol::Reference);
  } catch (const Error& error) {
    throw UsageError{error};
  }
}

}  // namespace heirloom::app
