#pragma once

#include "models/registry.h"
#include "models/rgt/config.h"

namespace heirloom::models {

/// Row of the table: blocks with attns.0 and attns.1 (windows both ways) and with reduction1 (the summary) in turns,
/// all with gamma.
extern const Family kRgt;

}  // namespace heirloom::models
