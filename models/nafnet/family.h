#pragma once

#include "models/nafnet/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: intro, encoders, middle_blks, decoders, ending, of blocks with beta, gamma and sca.1.
extern const Family kNafNet;

}  // namespace heirloom::models
