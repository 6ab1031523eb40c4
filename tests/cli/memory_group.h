#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace heirloom::tests {

/// A control group of the test's own with a memory limit, below the group that the test runs in. What enters it is
/// killed by the system when it takes more and nothing can be dropped. Removed at the end of the scope, empty by then.
class MemoryGroup {
 public:
  /// Null where the system lets this process make none: versions 1 and 2 are tried, the latter needs a group that may
  /// hand its memory on.
  static std::unique_ptr<MemoryGroup> make(std::uint64_t limit);

  MemoryGroup(std::filesystem::path folder, bool second) : folder_(std::move(folder)), second_(second) {}
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  /// A process enters by writing "0" here.
  std::filesystem::path entrance() const { return folder_ / "cgroup.procs"; }

  /// The most that was in use at once, in bytes, files that the kernel kept in memory included; 0 where it does not
  /// say.
  std::uint64_t peak() const;

 private:
  std::filesystem::path folder_;
  bool second_;
};

}  // namespace heirloom::tests
