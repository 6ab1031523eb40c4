#pragma once

#include "models/registry.h"
#include "models/swiftsrgan/config.h"

namespace heirloom::models {

/// Row of the table: initial.cnn, residual blocks, convblock, upsampler and final_conv of separable convolutions.
extern const Family kSwiftSrgan;

}  // namespace heirloom::models
