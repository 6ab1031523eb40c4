#pragma once

#include "models/dctlsa/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: fea_conv, B1 to B6 with transformer_body, c to c5, LR_conv, upsampler.0.
extern const Family kDctlsa;

}  // namespace heirloom::models
