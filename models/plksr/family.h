#pragma once

#include "models/plksr/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Rows of the table: blocks with lk.conv and refine; PLKSR's have channe_mixer, RealPLKSR's channel_mixer.
extern const Family kPlksr;
extern const Family kRealPlksr;

}  // namespace heirloom::models
