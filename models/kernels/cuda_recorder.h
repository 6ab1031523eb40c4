#pragma once

#include <memory>

#include "models/common/recording.h"

namespace heirloom::models {

/// Records as CUDA graphs on the device of the inputs, in one private pool of memory.
std::unique_ptr<Recorder> cudaRecorder();

}  // namespace heirloom::models
