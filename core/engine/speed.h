#pragma once

#include "models/restorer.h"

namespace heirloom::core {

/// What a network's arithmetic reaches on `placement`, in FLOP/s, 1 multiply-add = 2: a part of what a product of
/// matrices does, which is timed at every call (some 50 ms). Good for "about two hours".
double flopPerSecond(const models::Placement& placement);

/// Bytes of weights that come from their files to where they are used in a second: what a solid-state disk on SATA
/// gives, and on two cores about what is left of a faster one where layers are converted and packed on the way. Not
/// timed, because what the system still holds of a file, or what a disk gives at first, says little of 12 GB.
/// Measured: InstantIR on two cores took 20 s more than was foretold of its arithmetic in float32, 580 MB/s, and 72 s
/// more in bfloat16 with the previewer merged, for which the UNet is read twice (tests/bench/README.md).
inline constexpr double kReadPerSecond = 500e6;

}  // namespace heirloom::core
