#pragma once

#include "models/rcan/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: head, groups of blocks with channel attention (body.0.body.0.body.3.conv_du), tail.
extern const Family kRcan;

}  // namespace heirloom::models
