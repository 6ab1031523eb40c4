#pragma once

#include "models/registry.h"
#include "models/scunet/config.h"

namespace heirloom::models {

/// Row of the table: m_head.0, a U of Swin-Conv blocks (trans_block.msa.embedding_layer), m_tail.0.
extern const Family kScuNet;

}  // namespace heirloom::models
