#pragma once

#include <filesystem>
#include <span>

#include "models/checkpoint/tensors.h"

namespace heirloom::tests {

/// The kinds of file that people have weights in.
enum class FileKind {
  Safetensors,
  ZipPth,    // PyTorch since 1.6
  LegacyPth  // PyTorch before, and KAIR's older releases
};
inline constexpr FileKind kFileKinds[] = {FileKind::Safetensors, FileKind::ZipPth, FileKind::LegacyPth};

/// For traces: ".safetensors", "zip .pth", "legacy .pth".
const char* name(FileKind kind);

/// Writes float32 and int64 tensors as a state dict into `folder` as "weights" with the kind's extension.
std::filesystem::path writeCheckpoint(const std::filesystem::path& folder, FileKind kind,
                                      const models::NamedTensors& tensors);

}  // namespace heirloom::tests
