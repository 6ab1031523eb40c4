#pragma once

#include "models/common/network_family.h"
#include "models/restorevar/config.h"

namespace heirloom::models {

/// The configuration that names and shapes below "var." and "vae." say; the scales' sides from the small table
/// "lvl_1L", or, without it, from the public schedule that fits. Why there is none otherwise; of one of the two files
/// alone, and of the original VAR, what is missing.
Reading<RestoreVarConfig> readRestoreVar(const StateDict& tensors);

/// A checkpoint of the reference's training with its two networks as "var" and "vae"; others as they are.
StateDict withoutTrainer(const StateDict& tensors);

}  // namespace heirloom::models
