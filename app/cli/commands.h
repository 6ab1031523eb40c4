#pragma once

#include "app/cli/arguments.h"

namespace heirloom::app {

/// Each declares one command of the program; `chosen` becomes what to run when the arguments name it.
void addRestore(CLI::App& program, Command& chosen);
void addInfo(CLI::App& program, Command& chosen);
void addModels(CLI::App& program, Command& chosen);
void addDevices(CLI::App& program, Command& chosen);
void addForward(CLI::App& program, Command& chosen);
void addCompare(CLI::App& program, Command& chosen);
void addEvaluate(CLI::App& program, Command& chosen);
void addTrain(CLI::App& program, Command& chosen);
void addBench(CLI::App& program, Command& chosen);

}  // namespace heirloom::app
