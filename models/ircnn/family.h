#pragma once

#include "models/ircnn/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: 25 networks under "0" to "24", or one chain of exactly seven convolutions.
extern const Family kIrcnn;

std::optional<IrcnnConfig> detectIrcnn(const StateDict& tensors);

}  // namespace heirloom::models
