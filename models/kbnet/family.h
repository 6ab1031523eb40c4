#pragma once

#include "models/kbnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Rows of the table: kernels "w" and "b" in blocks of NAFNet's U, or in "attn" of blocks of Restormer's.
extern const Family kKbNetS;
extern const Family kKbNetL;

}  // namespace heirloom::models
