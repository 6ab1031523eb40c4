#pragma once

#include "models/mirnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: groups of blocks of dau_top, dau_mid and dau_bot with gcnet.conv_mask, and skff_top.
extern const Family kMirNet;

}  // namespace heirloom::models
