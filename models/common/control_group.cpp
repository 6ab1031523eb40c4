#include "models/common/control_group.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;

/// Names of the files of one version.
struct Files {
  const char* limit;
  const char* used;
  const char* idle;  // the entry in memory.stat
};
constexpr Files kFirst = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Files kSecond = {"memory.max", "memory.current", "inactive_file"};

std::optional<std::uint64_t> numberIn(const fs::path& file) {
  std::ifstream stream(file);
  std::uint64_t number = 0;
  // "max" does not parse as a number: no limit.
  return stream >> number ? std::optional(number) : std::nullopt;
}

std::uint64_t entryOf(const fs::path& statistics, const std::string& wanted) {
  std::ifstream stream(statistics);
  std::string name;
  for (std::uint64_t value = 0; stream >> name >> value;) {
    if (name == wanted) return value;
  }
  return 0;
}

std::uint64_t roomIn(const fs::path& group, const Files& files) {
  const std::optional<std::uint64_t> limit = numberIn(group / files.limit);
  const std::optional<std::uint64_t> used = numberIn(group / files.used);
  if (!limit || !used) return kNoLimit;
  const std::uint64_t taken = *used - std::min(*used, entryOf(group / "memory.stat", files.idle));
  return *limit > taken ? *limit - taken : 0;
}

/// The least room of a group and those above it. A container often sees its own group as the root, under a path that
/// does not exist in it: what is missing has no limit.
std::uint64_t roomBelow(const fs::path& root, fs::path group, const Files& files) {
  std::uint64_t room = roomIn(root, files);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    room = std::min(room, roomIn(root / group, files));
  }
  return room;
}

}  // namespace

std::uint64_t roomInControlGroups(const fs::path& membership, const fs::path& mounts) {
  std::uint64_t room = kNoLimit;
  std::ifstream stream(membership);
  // hierarchy:controllers:path, of version 2 0::path
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path group = line.substr(second + 1);
    if (controllers == ",,") room = std::min(room, roomBelow(mounts, group, kSecond));
    if (controllers.find(",memory,") != std::string::npos) {
      room = std::min(room, roomBelow(mounts / "memory", group, kFirst));
    }
  }
  return room;
}

}  // namespace heirloom::models
