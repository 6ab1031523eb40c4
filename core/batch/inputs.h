#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "models/common/error.h"

namespace heirloom::core {

/// One photo to work on.
struct Input {
  std::filesystem::path file;
  std::filesystem::path below;  // its folder relative to the folder that was given; kept in an output folder
};

struct Inputs {
  std::vector<Input> files;                         // in the order given, a folder's by name; none twice
  std::vector<Error> failures;                      // missing files, folders that cannot be read
  std::vector<std::filesystem::path> emptyFolders;  // no picture in them
};

/// The photos that files and folders stand for. A file that is named is taken whatever it is called; of a folder, files
/// with a picture's extension whose name does not start with a dot. `leftOut` is a folder that is not searched, the
/// output folder say; may be empty.
Inputs collectInputs(std::span<const std::filesystem::path> given, bool recursive,
                     const std::filesystem::path& leftOut = {});

/// True when `file` lies in `folder` or anywhere below it, links resolved.
bool liesIn(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace heirloom::core
