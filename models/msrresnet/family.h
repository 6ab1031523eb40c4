#pragma once

#include "models/msrresnet/network.h"
#include "models/registry.h"

namespace heirloom::models {

/// Rows of the table: MSRResNet 0 and 1 (as many channels in as out), and the prior of DPSR (one more in).
extern const Family kMsrResNet;
extern const Family kDpsr;

std::optional<MsrResNetConfig> detectMsrResNet(const StateDict& tensors);

/// The bare network of DPSR's prior, for whoever has maps of its own. Throws Error when the state dict is none.
MsrResNet loadDpsr(const StateDict& tensors);

}  // namespace heirloom::models
