#pragma once

#include <span>
#include <vector>

#include "models/checkpoint/archive.h"

namespace heirloom::tests {

/// The tensor's elements, row-major.
template <typename Item>
std::vector<Item> readValues(const models::Archive& archive, const models::TensorEntry& entry) {
  std::vector<Item> values(static_cast<std::size_t>(entry.numel()));
  archive.read(entry, std::as_writable_bytes(std::span(values)));
  return values;
}

}  // namespace heirloom::tests
