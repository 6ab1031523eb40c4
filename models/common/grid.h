#pragma once

#include <string>
#include <vector>

namespace heirloom::models {

/// Numbers on a grid, row by row, and the text that stands for them in a recipe: a blur kernel, a matrix out of a file.
/// Knows no LibTorch.
struct Grid {
  std::string text;  // as `--set` takes it
  int rows = 0;
  int columns = 0;
  std::vector<float> values;  // rows * columns
  bool empty() const { return values.empty(); }
  bool operator==(const Grid&) const = default;
};

}  // namespace heirloom::models
