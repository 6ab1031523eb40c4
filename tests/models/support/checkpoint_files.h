#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

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

/// A .pth of either kind with dictionaries of tensors by name, as training programs nest them, and of each of `others`
/// a value that is no tensor. Floating-point tensors of 16, 32 and 64 bits, int64 and complex64. `within`: the
/// dictionaries lie in one of this name, beside `others`.
void writeGroups(const std::filesystem::path& file,
                 const std::vector<std::pair<std::string, models::NamedTensors>>& groups,
                 const std::vector<std::string>& others = {}, const std::string& within = {},
                 FileKind kind = FileKind::ZipPth);

/// A TorchScript archive of modules that nest as the names say, with a program that nobody could run.
void writeTorchScript(const std::filesystem::path& file, const models::NamedTensors& tensors);

/// The same written by PyTorch, where every module has a program and what else scripted ones have.
void saveTorchScript(const std::filesystem::path& file, const models::NamedTensors& tensors);

}  // namespace heirloom::tests
