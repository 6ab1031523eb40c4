#pragma once

#include "models/ffdnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: a chain with 5 channels in and 4 out (grey) or 13 and 12 (colour).
extern const Family kFfdNet;

std::optional<FfdNetConfig> detectFfdNet(const StateDict& tensors);

}  // namespace heirloom::models
