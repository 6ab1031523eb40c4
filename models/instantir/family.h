#pragma once

#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: the folder of InstantIR (kInstantIrFolder).
extern const Family kInstantIr;

/// Row of the table: a diffusers folder of SDXL (kSdxlFolder), which paints a photo anew as words say.
extern const Family kSdxl;

}  // namespace heirloom::models
