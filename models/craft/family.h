#pragma once

#include "models/craft/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: conv_first, layers with residual_group.srwa_blocks, hfer_blocks and hf_blocks, upsample.0.
extern const Family kCraft;

}  // namespace heirloom::models
