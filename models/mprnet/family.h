#pragma once

#include "models/mprnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: stage1_encoder to stage3_orsnet of blocks with CA.conv_du, sam12 and sam23.
extern const Family kMprNet;

}  // namespace heirloom::models
