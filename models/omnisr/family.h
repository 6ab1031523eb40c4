#pragma once

#include "models/omnisr/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: residual_layer.0.residual_layer.0.layer.0.fn.0, and so on.
extern const Family kOmniSr;

}  // namespace heirloom::models
