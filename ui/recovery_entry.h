#pragma once

#include <filesystem>

#include "ui/recovery.h"

namespace heirloom::ui {

/// Writes what `readRecoveryEntry` needs into a new folder; its description comes last, so that a half-written one
/// counts for nothing. Blocking. Throws Error.
void writeRecoveryEntry(const std::filesystem::path& folder, const RecoveredPhoto& photo);

/// True of a folder whose writing was finished.
bool isRecoveryEntry(const std::filesystem::path& folder);

/// Blocking. Throws Error.
RecoveredPhoto readRecoveryEntry(const std::filesystem::path& folder);

}  // namespace heirloom::ui
