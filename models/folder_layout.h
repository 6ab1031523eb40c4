#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/archive.h"
#include "models/common/error.h"

namespace heirloom::models {

/// A network in several files of one folder. Its family reads them as one state dict, each below its part's name, and
/// finds the texts, such as a `config.json`, whole in the metadata of its archive.
struct FolderLayout {
  struct Part {
    std::string name;
    std::vector<std::string> files;  // within the folder; the public name first, one of them is enough
    bool needed = true;              // otherwise the folder is whole without it
  };
  std::string_view family;
  std::vector<Part> parts;  // weights: a checkpoint, or the index of one in several files
  std::vector<Part> texts = {};
};

/// How a folder fits a layout.
struct FolderFit {
  const FolderLayout* layout = nullptr;
  std::vector<std::string> missing;  // the names of what is not there; empty: it is all of it
};

/// What to say of a folder that lacks something.
Error incomplete(const FolderFit& fit, const std::filesystem::path& folder);

/// The layout of which a folder holds most, where several hold as much the one that lacks least; nothing of a folder
/// without any part.
std::optional<FolderFit> fitOf(std::span<const FolderLayout> layouts, const std::filesystem::path& folder);

/// Whether `file` is one of the layout's files in `folder`.
bool isPartOf(const FolderLayout& layout, const std::filesystem::path& folder, const std::filesystem::path& file);

/// All of a folder as one archive. Nothing may be missing. Throws Error, which names the file.
std::shared_ptr<const Archive> openFolder(const FolderLayout& layout, const std::filesystem::path& folder);

}  // namespace heirloom::models
