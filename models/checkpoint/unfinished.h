#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/checkpoint/archive.h"
#include "models/common/error.h"

namespace heirloom::models {

/// Files of their full length whose end was never written: download programs that reserve the place first leave zeros
/// there.

/// How many bytes at the end of `file` are zero; 0 where they are fewer than 64 KiB.
std::uint64_t zerosAtEnd(std::span<const std::byte> file);

/// Whether the zeros from `zerosBegin` to the end of a file, whose index, `root`, is sound, take the place of weights:
/// they begin within a tensor, or before the first, and all of the last three matrices and convolutions is zero.
/// Networks that were never trained hold whole tensors of zeros too, at their end as well, which are weights.
bool lacksWeights(const Node& root, std::uint64_t zerosBegin);

/// The fault of such a file.
Error unfinished(std::uint64_t zeros);

}  // namespace heirloom::models
