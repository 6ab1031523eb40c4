#pragma once

#include "models/atd/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: residual groups with a dictionary of tokens (residual_group.td).
extern const Family kAtd;

}  // namespace heirloom::models
