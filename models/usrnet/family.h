#pragma once

#include "models/registry.h"
#include "models/usrnet/config.h"

namespace heirloom::models {

/// Row of the table: a U-Net below "p" and the hyper-parameter network below "h.mlp".
extern const Family kUsrNet;

std::optional<UsrNetConfig> detectUsrNet(const StateDict& tensors);

}  // namespace heirloom::models
