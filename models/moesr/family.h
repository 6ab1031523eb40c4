#pragma once

#include "models/moesr/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: in_to_dim, groups of gated blocks with an msg behind them, upscale.MetaUpsample.
extern const Family kMoesr;

}  // namespace heirloom::models
