#pragma once

#include "models/restorer.h"

namespace heirloom::core {

/// What a network's arithmetic reaches on `placement`, in FLOP/s, 1 multiply-add = 2: a part of what a product of
/// matrices does, which is timed at every call (some 50 ms). Good for "about two hours".
double flopPerSecond(const models::Placement& placement);

}  // namespace heirloom::core
