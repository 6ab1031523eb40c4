#include "tests/support/shared.h"

#include <cstdlib>

namespace heirloom::tests {

std::filesystem::path sourceFolder() {
  return HEIRLOOM_SOURCE_DIR;
}

std::optional<std::filesystem::path> sharedFolder() {
  const char* chosen = std::getenv("HEIRLOOM_SHARED");
  const std::filesystem::path folder = chosen ? chosen : sourceFolder() / ".." / "shared";
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return std::filesystem::canonical(folder);
}

}  // namespace heirloom::tests
