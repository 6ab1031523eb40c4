#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <iostream>
#include <string_view>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "core/engine/devices.h"

namespace heirloom::app {
namespace {

/// Looked for by hand, because arguments that do not parse are reported as JSON as well.
bool asksFor(std::string_view option, int argc, char** argv) {
  char** const end = std::find(argv, argv + argc, std::string_view("--"));
  return std::find(argv, end, option) != end;
}

const CLI::App& leafOf(const CLI::App& program) {
  const CLI::App* leaf = &program;
  while (!leaf->get_subcommands().empty()) leaf = leaf->get_subcommands().front();
  return *leaf;
}

/// LibTorch adds the way through its own code.
std::string firstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// The one place where errors become words and exit codes.
int execute(const Command& command, Context& context) {
  Report& report = context.report;
  try {
    return command(context);
  } catch (const UsageError& wrong) {
    report.error(wrong.error);
    return kUsage;
  } catch (const Stopped&) {
    return kInterrupted;
  } catch (const Error& error) {
    report.error(error);
  } catch (const std::bad_alloc&) {
    report.error(Error(HEIRLOOM_TEXT("cli.memory", "there is not enough memory"),
                       HEIRLOOM_TEXT("cli.memory.remedy", "close other programs or take smaller pictures")));
  } catch (const std::exception& error) {
    report.error(Error(HEIRLOOM_TEXT("cli.failure", "failed: %1").with(oneLine(firstLine(error.what())))));
  }
  return kFailed;
}

int main(int argc, char** argv) {
  const Interrupt interrupt;

  CLI::App program("Restores photographs without a display.", "heirloom-cli");
  useHelpFormat(program);
  program.set_version_flag("--version", "heirloom-cli " HEIRLOOM_VERSION)->group("");
  program.footer(
      "`heirloom-cli COMMAND --help` lists the options of a command.\nExample: heirloom-cli restore holiday.jpg");
  program.require_subcommand(1);
  Command chosen;
  for (const auto add :
       {addRestore, addInfo, addModels, addDevices, addForward, addCompare, addEvaluate, addTrain, addBench}) {
    add(program, chosen);
  }

  try {
    parse(program, argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return program.exit(asked, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    Report report(asksFor("--json", argc, argv), false);
    report.error(usageErrorOf(error, program).error);
    return report.finish(kUsage);
  } catch (const UsageError& wrong) {
    Report report(asksFor("--json", argc, argv), false);
    report.error(wrong.error);
    return report.finish(kUsage);
  }

  const CLI::App& leaf = leafOf(program);
  Report report(leaf.count("--json") > 0, leaf.count("--verbose") > 0);
  core::initialiseEngine();
  const core::ModelLibrary library(core::ModelLibrary::defaultFolders());
  Context context{library, report, interrupt.token()};
  return report.finish(execute(chosen, context));
}

}  // namespace
}  // namespace heirloom::app

int main(int argc, char** argv) {
  return heirloom::app::main(argc, argv);
}
