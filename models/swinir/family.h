#pragma once

#include "models/registry.h"
#include "models/swinir/config.h"

namespace heirloom::models {

/// Rows of the table: residual groups of Swin transformer blocks; SwinIR's have a table of relative positions,
/// Swin2SR's a network that makes one.
extern const Family kSwinIr;
extern const Family kSwin2Sr;

std::optional<SwinIrConfig> detectSwinIr(const StateDict& tensors);

}  // namespace heirloom::models
