#pragma once

#include "models/fbcnn/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: DRUNet's U with biases, and qf_pred and qf_embed beside it.
extern const Family kFbcnn;

}  // namespace heirloom::models
