#pragma once

#include "models/registry.h"
#include "models/srformer/config.h"

namespace heirloom::models {

/// Row of the table: residual groups of blocks with attn.kv of half the channels and mlp.dwconv.
extern const Family kSrFormer;

}  // namespace heirloom::models
