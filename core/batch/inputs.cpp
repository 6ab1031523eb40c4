#include "core/batch/inputs.h"

#include <algorithm>
#include <set>

#include "core/photo/photo.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

Error unreadableFolder(const fs::path& folder, const std::error_code& error) {
  return Error(HEIRLOOM_TEXT("inputs.folder", "the folder cannot be read: %1").with(error.message()),
               HEIRLOOM_TEXT("inputs.folder.remedy", "check its permissions"), folder);
}

bool hidden(const fs::path& path) {
  return path.filename().native().starts_with('.');
}

/// Pictures of one folder by name, then those of its folders: the order in which a file manager shows them.
void walk(const fs::path& folder, const fs::path& below, bool recursive, const fs::path& leftOut, Inputs& found) {
  std::error_code error;
  std::vector<fs::path> files;
  std::vector<fs::path> folders;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (hidden(entries->path())) continue;
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      // Links to folders are not followed: they may lead round in a circle.
      if (!entries->is_symlink(ignored)) folders.push_back(entries->path());
    } else if (formatOf(entries->path())) {
      files.push_back(entries->path());
    }
  }
  if (error) {
    found.failures.push_back(unreadableFolder(folder, error));
    return;
  }
  std::sort(files.begin(), files.end());
  std::sort(folders.begin(), folders.end());
  for (const fs::path& file : files) found.files.push_back({file, below});
  if (!recursive) return;
  for (const fs::path& inner : folders) {
    std::error_code ignored;
    if (!leftOut.empty() && fs::equivalent(inner, leftOut, ignored)) continue;
    walk(inner, below / inner.filename(), recursive, leftOut, found);
  }
}

}  // namespace

Inputs collectInputs(std::span<const fs::path> given, bool recursive, const fs::path& leftOut) {
  Inputs found;
  for (const fs::path& path : given) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      const std::size_t files = found.files.size();
      const std::size_t failures = found.failures.size();
      walk(path, {}, recursive, leftOut, found);
      if (found.files.size() == files && found.failures.size() == failures) found.emptyFolders.push_back(path);
    } else {
      found.files.push_back({path, {}});
    }
  }
  std::set<fs::path> seen;
  std::erase_if(found.files, [&](const Input& input) {
    std::error_code error;
    fs::path canonical = fs::canonical(input.file, error);
    return !seen.insert(error ? input.file : canonical).second;
  });
  return found;
}

bool liesIn(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(fs::absolute(file), error);
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder), error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace heirloom::core
