#pragma once

#include "models/registry.h"
#include "models/retinexformer/config.h"

namespace heirloom::models {

/// Row of the table: stages with an estimator and a denoiser.
extern const Family kRetinexFormer;

}  // namespace heirloom::models
