#pragma once

#include "models/mixdehazenet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: blocks with conv3_19, conv3_13 and conv3_7 on three scales.
extern const Family kMixDehazeNet;

}  // namespace heirloom::models
