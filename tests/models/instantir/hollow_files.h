#pragma once

#include <filesystem>
#include <span>

#include "models/checkpoint/tensors.h"
#include "tests/models/support/checkpoint_files.h"

namespace heirloom::tests {

/// Files of float32 weights that are zero, which take no room on the disk. Where their end is that of a weight its last
/// value is 1, because downloads that stopped end in zeros.

/// As safetensors.
void writeHollow(const std::filesystem::path& file, std::span<const models::NamedTensors::value_type> shapes);

/// The same in two files, "one.safetensors" and "two.safetensors", with their index, which is called as `file` is.
void writeHollowParts(const std::filesystem::path& file, const models::NamedTensors& shapes);

/// As a pickle, all of them in one storage. Not of FileKind::Safetensors.
void writeHollowPickle(const std::filesystem::path& file, const models::NamedTensors& shapes, FileKind kind);

}  // namespace heirloom::tests
