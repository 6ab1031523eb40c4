#include "tests/cli/memory_group.h"

#include <unistd.h>

#include <fstream>
#include <string>

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;

/// The folder of this process' group in the hierarchy whose line begins with, or whose controllers are, `controllers`.
fs::path ownGroup(const std::string& controllers, const fs::path& mount) {
  std::ifstream stream("/proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos || line.substr(first + 1, second - first - 1) != controllers) continue;
    const fs::path group = mount / fs::path(line.substr(second + 1)).relative_path();
    std::error_code ignored;
    return fs::is_directory(group, ignored) ? group : mount;
  }
  return {};
}

bool written(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  return static_cast<bool>(stream << text << std::flush);
}

}  // namespace

std::unique_ptr<MemoryGroup> MemoryGroup::make(std::uint64_t limit) {
  struct Version {
    fs::path parent;
    const char* limit;
  };
  const Version versions[] = {{ownGroup("memory", "/sys/fs/cgroup/memory"), "memory.limit_in_bytes"},
                              {ownGroup("", "/sys/fs/cgroup"), "memory.max"}};
  for (const Version& version : versions) {
    if (version.parent.empty()) continue;
    const fs::path folder = version.parent / ("heirloom-test-" + std::to_string(getpid()));
    std::error_code error;
    fs::create_directory(folder, error);
    if (error) continue;
    auto group = std::make_unique<MemoryGroup>(folder, &version != versions);
    // Where the kernel made no files of its own, memory is not governed here.
    if (fs::exists(folder / version.limit, error) && written(folder / version.limit, std::to_string(limit)))
      return group;
  }
  return nullptr;
}

MemoryGroup::~MemoryGroup() {
  rmdir(folder_.c_str());
}

std::uint64_t MemoryGroup::peak() const {
  std::ifstream stream(folder_ / (second_ ? "memory.peak" : "memory.max_usage_in_bytes"));
  std::uint64_t bytes = 0;
  stream >> bytes;
  return bytes;
}

}  // namespace heirloom::tests
