#include "models/common/free_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "models/common/control_group.h"

namespace heirloom::models {

std::uint64_t freeMemory() {
  std::uint64_t available = 1ull << 30;
  std::ifstream meminfo("/proc/meminfo");
  for (std::string name, unit; meminfo >> name;) {
    std::uint64_t kibibytes = 0;
    meminfo >> kibibytes;
    std::getline(meminfo, unit);
    if (name == "MemAvailable:") available = kibibytes * 1024;
  }
  return std::min(available, roomInControlGroups());
}

}  // namespace heirloom::models
