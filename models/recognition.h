#pragma once

#include <optional>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"

namespace heirloom::models {

/// What a file is that holds none of our networks, by the names and shapes in it: "a LoRA", "the state of an
/// optimizer". With the file's name, and what to do instead; nothing where it looks like nothing in particular.
/// `tensors` are those that no family took, and may be none.
std::optional<Error> recognised(const StateDict& tensors);

}  // namespace heirloom::models
