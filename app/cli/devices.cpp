#include "core/engine/devices.h"

#include "app/cli/commands.h"
#include "models/common/joined.h"

namespace heirloom::app {
namespace {

int list(Context& context) {
  Report& report = context.report;
  const core::DeviceReport found = core::devices();
  report.document["devices"] = Json::array();
  report.document["notes"] = Json::array();
  for (const core::DeviceInfo& device : found.devices) {
    report.document["devices"].push_back({{"id", device.id},
                                          {"name", device.name},
                                          {"total_memory", device.totalMemory},
                                          {"free_memory", device.freeMemory},
                                          {"precisions", device.precisions},
                                          {"instructions", device.instructions},
                                          {"cores", device.cores}});
    report.line(device.id + ": " + device.name +
                (device.cores > 0 ? ", " + std::to_string(device.cores) + " cores" : ""));
    report.line("  memory        " + bytesText(device.totalMemory) + ", " + bytesText(device.freeMemory) + " free");
    report.line("  precisions    " + joined(device.precisions));
    if (!device.instructions.empty()) report.line("  instructions  " + joined(device.instructions));
  }
  for (const Message& note : found.notes) {
    report.document["notes"].push_back(note.english());
    report.line("GPU support: " + note.english());
  }
  return kDone;
}

}  // namespace

void addDevices(CLI::App& program, Command& chosen) {
  Arguments arguments(program, "devices", "Shows the processors found, their memory and precisions.",
                      "heirloom-cli devices --json");
  arguments.runs(chosen, [](Context& context) {
    context.report.document["command"] = "devices";
    return list(context);
  });
}

}  // namespace heirloom::app
