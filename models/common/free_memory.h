#pragma once

#include <cstdint>

namespace heirloom::models {

/// Bytes of main memory that this process may take without swapping: what the system has available, within the limit of
/// the control group. What the kernel keeps of files and would drop counts as free.
std::uint64_t freeMemory();

}  // namespace heirloom::models
