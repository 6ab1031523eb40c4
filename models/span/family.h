#pragma once

#include "models/registry.h"
#include "models/span/config.h"

namespace heirloom::models {

/// Row of the table: conv_1.sk, six blocks of folded convolutions, conv_cat.
extern const Family kSpan;

}  // namespace heirloom::models
