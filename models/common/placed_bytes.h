#pragma once

#include <cstdint>

#include "models/checkpoint/state_dict.h"
#include "models/restorer.h"

namespace heirloom::models {

/// Bytes of a weight as it is placed. What has the shape of a 3x3 convolution that a kernel of ours takes counts as
/// that packs it, padding included.
std::uint64_t placedBytes(const TensorEntry& entry, const Placement& placement);

}  // namespace heirloom::models
