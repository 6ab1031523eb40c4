#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>

namespace heirloom::models {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Bytes that this process may still take before a control group's memory limit stops it: of its own group and all
/// above it, Linux's versions 1 and 2 (kernel documentation, cgroup-v1/memory.rst and cgroup-v2.rst); kNoLimit without
/// one. What the group keeps of files and nobody uses counts as free: the kernel drops it first.
std::uint64_t roomInControlGroups(const std::filesystem::path& membership = "/proc/self/cgroup",
                                  const std::filesystem::path& mounts = "/sys/fs/cgroup");

}  // namespace heirloom::models
