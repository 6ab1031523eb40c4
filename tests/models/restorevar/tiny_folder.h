#pragma once

#include <filesystem>

#include "models/checkpoint/tensors.h"
#include "models/restorevar/config.h"

namespace heirloom::tests {

/// The tables that the public files hold beside the transformer's parameters, but for the rotations.
models::NamedTensors tablesOf(const models::VarConfig& config);
/// Those: complex64, which .safetensors files do not have.
models::NamedTensors rotationTablesOf(const models::VarConfig& config);

/// Writes RestoreVAR's folder with tinyRestoreVar() (golden.h) and the records' weights.
void writeTinyRestoreVar(const std::filesystem::path& folder);

}  // namespace heirloom::tests
