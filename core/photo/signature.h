#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/photo/photo.h"

namespace heirloom::core {

/// The format by the file's first bytes (at least 64 where the file has them), never by its name. Empty: none of ours.
/// Camera RAW files are not recognised here: most look like TIFF.
std::optional<FileFormat> formatOf(std::span<const std::byte> start);

/// The form of TIFF whose offsets have 64 bits.
bool isBigTiff(std::span<const std::byte> start);

/// How many bytes of packed samples the header of a PNG claims; 0 when `start` is not one.
std::uint64_t pngClaim(std::span<const std::byte> start);

/// Whether a PNG carries a colour profile, readable or not. libpng drops one that it does not like without a word.
bool pngCarriesProfile(std::span<const std::byte> file);

}  // namespace heirloom::core
