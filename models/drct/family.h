#pragma once

#include "models/drct/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: dense groups of five Swin blocks (layers.0.swin1, adjust1, ...).
extern const Family kDrct;

}  // namespace heirloom::models
