#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace heirloom::core {

struct JxlMetadata {
  std::vector<std::byte> exif;  // a TIFF block
  std::string xmp;
};

/// The first Exif and xml box of a JPEG XL file, Brotli-packed ones included. Empty where there is none.
JxlMetadata readJxlMetadata(std::span<const std::byte> file);

/// Whether the samples are stored as they were, which in practice means without loss.
bool jxlKeepsSamples(std::span<const std::byte> file);

/// The same picture in a container with the boxes of `metadata`, which replace those that were there.
std::vector<std::byte> withJxlMetadata(std::span<const std::byte> file, const JxlMetadata& metadata);

}  // namespace heirloom::core
