#include "models/folder_layout.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "models/checkpoint/joined_archive.h"
#include "models/checkpoint/sharded.h"
#include "models/common/joined.h"

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLongestText = 64 << 20;

/// The file of `part` in `folder`; empty when there is none.
fs::path fileOf(const FolderLayout::Part& part, const fs::path& folder) {
  std::error_code ignored;
  for (const std::string& name : part.files) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return {};
}

std::size_t partsIn(const FolderLayout& layout, const fs::path& folder) {
  return static_cast<std::size_t>(std::ranges::count_if(
      layout.parts, [&](const auto& part) { return part.needed && !fileOf(part, folder).empty(); }));
}

/// The name that a part should have here: the first one whose folder is there, or the public one.
std::string nameOf(const FolderLayout::Part& part, const fs::path& folder) {
  std::error_code ignored;
  for (const std::string& name : part.files) {
    if (fs::is_directory((folder / name).parent_path(), ignored)) return name;
  }
  return part.files.front();
}

std::vector<std::string> missingIn(const FolderLayout& layout, const fs::path& folder) {
  std::vector<std::string> missing;
  for (const auto* list : {&layout.parts, &layout.texts}) {
    for (const FolderLayout::Part& part : *list) {
      if (part.needed && fileOf(part, folder).empty()) missing.push_back(nameOf(part, folder));
    }
  }
  return missing;
}

std::string textOf(const fs::path& file) {
  std::error_code failed;
  if (fs::file_size(file, failed) > kLongestText || failed) {
    throw Error(HEIRLOOM_TEXT("folder.text", "this text file cannot be read"),
                HEIRLOOM_TEXT("folder.text.remedy", "download it again"), file);
  }
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::optional<FolderFit> fitOf(std::span<const FolderLayout> layouts, const fs::path& folder) {
  std::optional<FolderFit> best;
  std::size_t most = 0;
  for (const FolderLayout& layout : layouts) {
    const std::size_t here = partsIn(layout, folder);
    if (here == 0 || here < most) continue;
    std::vector<std::string> missing = missingIn(layout, folder);
    if (here > most || missing.size() < best->missing.size()) best = {&layout, std::move(missing)};
    most = here;
  }
  return best;
}

Error incomplete(const FolderFit& fit, const fs::path& folder) {
  return Error(HEIRLOOM_TEXT("folder.incomplete", "it is not all of %1: %2 is missing")
                   .with(std::string(fit.layout->family), joined(fit.missing)),
               HEIRLOOM_TEXT("folder.incomplete.remedy", "put that file beside the others"), folder);
}

bool isPartOf(const FolderLayout& layout, const fs::path& folder, const fs::path& file) {
  return std::ranges::any_of(layout.parts, [&](const auto& part) { return fileOf(part, folder) == file; });
}

std::shared_ptr<const Archive> openFolder(const FolderLayout& layout, const fs::path& folder) {
  std::vector<std::pair<std::string, StateDict>> parts;
  for (const FolderLayout::Part& part : layout.parts) {
    const fs::path file = fileOf(part, folder);
    if (file.empty()) continue;
    if (isShardIndex(file)) {
      for (StateDict& shard : openShards(file)) parts.emplace_back(part.name, std::move(shard));
    } else {
      parts.emplace_back(part.name, canonicalise(Archive::open(file)));
    }
  }
  std::map<std::string, std::string> texts;
  for (const FolderLayout::Part& part : layout.texts) {
    if (const fs::path file = fileOf(part, folder); !file.empty()) texts[part.name] = textOf(file);
  }
  return join(parts, folder, std::move(texts));
}

}  // namespace heirloom::models
