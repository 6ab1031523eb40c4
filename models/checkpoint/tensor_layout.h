#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

inline constexpr std::size_t kMaxRank = 8;

/// Elements of `shape`. Throws Error on a negative size, a rank above kMaxRank, or where the bytes of such a tensor
/// would not fit into 63 bits.
std::uint64_t checkedNumel(std::span<const std::int64_t> shape, DType dtype);

/// Throws Error unless every element that the entry's shape, strides and offset reach lies inside its storageBytes, no
/// stride is negative, and the tensor is no larger than its storage (a broadcast may be, up to a mebibyte), so that a
/// small file cannot ask for a large memory.
void checkLayout(const TensorEntry& entry);

/// Strides of a row-major tensor.
std::vector<std::int64_t> rowMajorStrides(std::span<const std::int64_t> shape);

/// Copies the elements of a checked entry out of its storage, in row-major order.
void copyRowMajor(const TensorEntry& entry, std::span<const std::byte> storage, std::span<std::byte> target);

}  // namespace heirloom::models
