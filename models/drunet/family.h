#pragma once

#include "models/drunet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: a U-Net of ResBlocks with one more channel in than out.
extern const Family kDrunet;

std::optional<DrunetConfig> detectDrunet(const StateDict& tensors);

/// The bare network of DRUNet, for whoever has maps of its own. Throws Error when the state dict is none.
ResUNet loadDrunet(const StateDict& tensors);

}  // namespace heirloom::models
