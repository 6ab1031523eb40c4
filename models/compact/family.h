#pragma once

#include "models/compact/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: body.0 a convolution, body.1 its slopes, and so on.
extern const Family kCompact;

}  // namespace heirloom::models
