#pragma once

#include "models/dncnn/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Rows of the table. DnCNN: as many channels in as out, at least 8 convolutions or BatchNorm. FDnCNN: one channel more
/// in than out.
extern const Family kDnCnn;
extern const Family kFDnCnn;

/// The configuration that the shapes say; empty when they are no DnCNN's or FDnCNN's.
std::optional<DnCnnConfig> detectDnCnn(const StateDict& tensors);

}  // namespace heirloom::models
