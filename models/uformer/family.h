#pragma once

#include "models/registry.h"
#include "models/uformer/config.h"

namespace heirloom::models {

/// Row of the table: encoderlayer_0 to decoderlayer_3 of blocks with attn.qkv.to_kv and mlp.linear1.0.
extern const Family kUformer;

}  // namespace heirloom::models
