#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace heirloom::models {

struct ZipEntry {
  std::uint64_t begin = 0;  // of the payload in the file
  std::uint64_t bytes = 0;  // as they lie in the file
  std::uint32_t crc32 = 0;  // 0 where the writer did not compute it, as PyTorch can be told to
  bool stored = true;       // false: compressed; such an entry is listed but never read
};

/// Names point into the file.
using ZipDirectory = std::map<std::string_view, ZipEntry>;

/// Reads the directory at the end of a zip file and the header in front of each entry. Stricter than unzip: no comment,
/// no encryption, no parts, no repeated, absolute or climbing names, no entry that overlaps another or the directory,
/// no header that contradicts the directory. Throws Error.
ZipDirectory readZipDirectory(std::span<const std::byte> file);

}  // namespace heirloom::models
