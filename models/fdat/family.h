#pragma once

#include "models/fdat/config.h"
#include "models/registry.h"

namespace heirloom::models {

/// Row of the table: conv_first, groups of blocks with attn, inter and ffn, conv_after, upsampler with MetaUpsample.
extern const Family kFdat;

}  // namespace heirloom::models
