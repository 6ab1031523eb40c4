#pragma once

#include "models/registry.h"
#include "models/rrdb/config.h"

namespace heirloom::models {

/// Row of the table: residual-in-residual dense blocks under any of the public layouts.
extern const Family kRrdb;

std::optional<RrdbConfig> detectRrdb(const StateDict& tensors);

}  // namespace heirloom::models
