#pragma once

#include "models/m3snet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: NAFNet's encoders and decoders, attention in middle_blks, fused skips in middle and middle_ups.
extern const Family kM3SNet;

}  // namespace heirloom::models
