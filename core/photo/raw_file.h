#pragma once

#include <filesystem>
#include <optional>

#include "core/photo/photo.h"

namespace heirloom::core {

/// Whether the name ends like a camera RAW file's.
bool isRawName(const std::filesystem::path& file);

/// Size of the upright developed picture; empty when LibRaw does not know the file.
std::optional<PhotoHeader> readRawHeader(const std::filesystem::path& file);

/// Develops a camera RAW file: the camera's white balance, 16 bit, ProPhoto primaries with gamma 1.8, upright, no
/// automatic brightening. Metadata are the caller's business. Throws Error without file name.
Photo developRaw(const std::filesystem::path& file);

}  // namespace heirloom::core
