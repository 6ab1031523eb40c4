#pragma once

#include <filesystem>

#include "models/checkpoint/tensors.h"
#include "models/restorevar/config.h"

namespace heirloom::tests {

/// The records' T4: squares of 64 pixels, four scales.
models::RestoreVarConfig tinyRestoreVar();

/// The tables that the public files hold beside the transformer's parameters.
models::NamedTensors tablesOf(const models::VarConfig& config);

/// Writes RestoreVAR's folder with that network and the records' weights.
void writeTinyRestoreVar(const std::filesystem::path& folder);

}  // namespace heirloom::tests
