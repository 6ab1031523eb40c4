#pragma once

#include "models/mosr/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: gblocks with fc1, conv and fc2, and a shortcut.
extern const Family kMosr;

}  // namespace heirloom::models
