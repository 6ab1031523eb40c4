#pragma once

#include <filesystem>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// Whether a file is named as the index of a checkpoint in several files: "...safetensors.index.json" and the like.
bool isShardIndex(const std::filesystem::path& file);

/// The checkpoints that an index lists, each once, in the order of their names. They lie beside it. Throws Error for
/// what is no index and, by name, for a file that is missing.
std::vector<StateDict> openShards(const std::filesystem::path& index);

}  // namespace heirloom::models
