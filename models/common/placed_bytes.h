#pragma once

#include <cstdint>

#include "models/checkpoint/state_dict.h"
#include "models/restorer.h"

namespace heirloom::models {

/// Bytes of a weight as it is placed; a convolution that is packed for the processor counts as such.
std::uint64_t placedBytes(const TensorEntry& entry, const Placement& placement);

}  // namespace heirloom::models
