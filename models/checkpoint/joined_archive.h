#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// Several checkpoints as one: a dictionary of each one's tensors under its name. `folder` stands for the file in
/// messages.
std::shared_ptr<const Archive> join(const std::vector<std::pair<std::string, StateDict>>& parts,
                                    const std::filesystem::path& folder);

}  // namespace heirloom::models
