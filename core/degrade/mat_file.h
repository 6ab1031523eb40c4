#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/common/grid.h"

namespace heirloom::core {

struct MatMatrix {
  std::string name;
  models::Grid values;  // row by row
};

/// The real matrices of a MATLAB file, version 5 or 7.3 (HDF5), in the file's order; those of cells one after the
/// other, under the cell's name. Throws Error: no such file, no MATLAB file.
std::vector<MatMatrix> readMatFile(const std::filesystem::path& file);

}  // namespace heirloom::core
