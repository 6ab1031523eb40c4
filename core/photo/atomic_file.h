#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "models/common/error.h"

namespace heirloom::core {

/// A file that appears under its name whole or not at all. Written beside its target under a hidden name, which is
/// removed unless `commit` succeeds.
class AtomicFile {
 public:
  /// Throws Error when the folder cannot be written to.
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  int descriptor() const { return descriptor_; }

  /// Replaces all that was written so far. Throws Error, for a full disk too.
  void replaceContents(std::span<const std::byte> bytes);

  /// Flushes to the disk and gives the file its name. Throws Error when there is one already and not `overwrite`.
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

}  // namespace heirloom::core
