#pragma once

#include <torch/types.h>

#include <cstdint>

namespace heirloom::core {

/// Bytes that a run may take on `device` now: what the system has available within the control group's limit, and what
/// this process freed and kept.
std::uint64_t availableMemory(const at::Device& device);

/// What a run takes for activations by default: a part of what is available, and on the CPU never more than 1.5 GB, so
/// that a photo of any size stays within 4 GB of resident memory.
std::uint64_t activationBudget(const at::Device& device);

}  // namespace heirloom::core
