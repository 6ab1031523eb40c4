#pragma once

#include "models/realcugan/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: unet1 and unet2 with seblock.
extern const Family kRealCugan;

}  // namespace heirloom::models
