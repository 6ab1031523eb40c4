#pragma once

#include "models/mambair/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Rows of the table: blocks that scan (self_attention.A_logs), in residual groups or in Restormer's U.
extern const Family kMambaIr;
extern const Family kMambaIrU;

}  // namespace heirloom::models
