#pragma once

#include "models/registry.h"
#include "models/safmn/config.h"

namespace heirloom::models {

/// Row of the table: to_feat, blocks with safm.mfr, safm.aggr and ccm.ccm, to_img.0.
extern const Family kSafmn;

}  // namespace heirloom::models
