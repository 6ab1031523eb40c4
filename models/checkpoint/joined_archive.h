#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// Several checkpoints as one: a dictionary of each one's tensors under its name, those of one name together, those of
/// none at the top. `folder` stands for the file in messages.
std::shared_ptr<const Archive> join(const std::vector<std::pair<std::string, StateDict>>& parts,
                                    const std::filesystem::path& folder,
                                    std::map<std::string, std::string> metadata = {});

}  // namespace heirloom::models
