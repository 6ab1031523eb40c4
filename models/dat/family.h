#pragma once

#include "models/dat/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: blocks with attns.0 and attns.1 (windows both ways) and with temperature (channels) in turns.
extern const Family kDat;

}  // namespace heirloom::models
