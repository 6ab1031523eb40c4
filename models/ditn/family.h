#pragma once

#include "models/ditn/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: sft, UFONE with ITLs and SALs, conv_after_body, upsample.0.
extern const Family kDitn;

}  // namespace heirloom::models
