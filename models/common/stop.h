#pragma once

#include <functional>

namespace heirloom::models {

/// Asked between the blocks of a network; throws Stopped when the run has to end. May be empty.
using Checkpoint = std::function<void()>;

}  // namespace heirloom::models
