#pragma once

#include "models/registry.h"
#include "models/srmd/network.h"

namespace heirloom::models {

/// Row of the table: a chain with 15 (SRMDNF) or 16 (SRMD) channels more than a picture in, and a picture's times a
/// square out.
extern const Family kSrmd;

std::optional<SrmdConfig> detectSrmd(const StateDict& tensors);

/// The bare network of SRMD, for whoever has maps of its own. Throws Error when the state dict is none.
Srmd loadSrmd(const StateDict& tensors);

}  // namespace heirloom::models
