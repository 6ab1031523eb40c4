#pragma once

#include "models/cidnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: ways HVE_block0 and IE_block0 with blocks HV_LCA1 to I_LCA6, and trans.density_k.
extern const Family kCidNet;

}  // namespace heirloom::models
