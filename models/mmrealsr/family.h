#pragma once

#include "models/mmrealsr/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: RRDB's blocks in body, am_list beside them, an estimator in de_net.
extern const Family kMmRealSr;

}  // namespace heirloom::models
