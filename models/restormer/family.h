#pragma once

#include "models/registry.h"
#include "models/restormer/config.h"

namespace heirloom::models {

/// Row of the table: patch_embed.proj, four levels of blocks with attn.temperature and attn.qkv_dwconv, refinement.
extern const Family kRestormer;

}  // namespace heirloom::models
