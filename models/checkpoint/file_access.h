#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace heirloom::models {

/// A regular file mapped read-only; the platform's calls for files stand in file_access.cpp and nowhere else. Nothing
/// is read until a byte is touched. Another program that shortens the file while it is mapped makes the system end us,
/// as with every mapping.
class MappedFile {
 public:
  enum class Access { Scattered, Sequential };

  /// Throws Error, which names the file, when it cannot be opened, is not a regular file or is empty.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

  /// Tells the system whether reading ahead is worth it: it is not while an index is collected from all over a file.
  void expect(Access access) const;

  /// Lets go of the memory behind `part`, which was read and will hardly be read again: it stays in the system's cache
  /// alone. `part` may still be read.
  void leave(std::span<const std::byte> part) const;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace heirloom::models
