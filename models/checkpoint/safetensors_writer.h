#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

struct TensorBytes {
  std::string name;
  DType dtype = DType::Float32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // row-major, little-endian, numel * itemSize
};

/// Writes a .safetensors file atomically (temporary file beside it, sync, rename), header padded to 8 bytes. Replaces
/// an existing file. Throws Error.
void writeSafetensors(const std::filesystem::path& file, std::span<const TensorBytes> tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace heirloom::models
