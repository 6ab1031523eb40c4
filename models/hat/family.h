#pragma once

#include "models/hat/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: residual groups of hybrid blocks (conv_block.cab) with one overlapping attention each.
extern const Family kHat;

}  // namespace heirloom::models
