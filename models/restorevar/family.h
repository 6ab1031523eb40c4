#pragma once

#include "models/registry.h"
#include "models/restorevar/config.h"

namespace heirloom::models {

/// Row of the table. The network's two public files together, as "var" and "vae" of one folder (kRestoreVarFolder) or
/// of one file, or a checkpoint of its own training, which holds both.
extern const Family kRestoreVar;

/// "restorevar.pth" and "vae_restorevar.ckpt".
extern const FolderLayout kRestoreVarFolder;

std::optional<RestoreVarConfig> detectRestoreVar(const StateDict& tensors);

}  // namespace heirloom::models
