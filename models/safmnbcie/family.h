#pragma once

#include "models/registry.h"
#include "models/safmnbcie/config.h"

namespace heirloom::models {

/// Row of the table: to_feat.1, groups of SAFMN's blocks in layers with a conv, to_img.0 and .2.
extern const Family kSafmnBcie;

}  // namespace heirloom::models
