#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "models/common/error.h"

namespace heirloom {

/// A file that appears under its name whole or not at all. Written beside its target under a hidden name, which is
/// removed unless `commit` succeeds.
class AtomicFile {
 public:
  /// Throws Error when the folder cannot be written to.
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// For encoders that write by themselves; open for reading too.
  int descriptor() const { return descriptor_; }

  /// Appends where the last write ended. Throws Error, for a full disk too.
  void write(std::span<const std::byte> bytes);

  /// Replaces all that was written so far. Throws like `write`.
  void replaceContents(std::span<const std::byte> bytes);

  /// Flushes to the disk and gives the file its name. Throws Error when there is one already and not `overwrite`; what
  /// is overwritten hands on its permissions.
  void commit(bool overwrite);

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Throws Error naming the ways out when `target` exists.
void requireAbsent(const std::filesystem::path& target);

/// The fault of a failed write, by errno.
Error cannotWrite(int code);

}  // namespace heirloom
