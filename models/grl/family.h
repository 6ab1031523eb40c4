#pragma once

#include "models/grl/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: stages of blocks with window_attn and stripe_attn, norm_start and norm_end.
extern const Family kGrl;

}  // namespace heirloom::models
