#pragma once

#include "models/fftformer/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: three levels of blocks with ffn.fft, fuse2 and fuse1.
extern const Family kFftFormer;

}  // namespace heirloom::models
