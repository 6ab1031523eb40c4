#pragma once

#include "models/mambair/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: residual groups of blocks that scan (self_attention.A_logs).
extern const Family kMambaIr;

}  // namespace heirloom::models
