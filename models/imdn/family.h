#pragma once

#include "models/imdn/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: KAIR's layout (model.1.sub.0.conv1x1) or the authors' (IMDB1.c5).
extern const Family kImdn;

std::optional<ImdnConfig> detectImdn(const StateDict& tensors);

}  // namespace heirloom::models
