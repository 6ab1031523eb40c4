#pragma once

#include "models/registry.h"
#include "models/seemore/config.h"

namespace heirloom::models {

/// Row of the table: conv_1, groups of local_block with moe_layer.experts and global_block with attn, upsampler.0.
extern const Family kSeemoRe;

}  // namespace heirloom::models
