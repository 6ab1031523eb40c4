#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

/// What a format calls a type of numbers.
struct DTypeName {
  std::string_view name;
  DType dtype;
};

inline std::optional<DType> lookUp(std::span<const DTypeName> table, std::string_view name) {
  for (const DTypeName& row : table) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

}  // namespace heirloom::models
