#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

struct MetadataRead {
  Metadata metadata;    // orientation reset, no thumbnail
  int orientation = 0;  // as in EXIF, 1..8; 0: the decoder knows it
};

/// EXIF, IPTC and XMP of a file in its format's own way. What cannot be read is named in `warnings`; throws nothing but
/// out of memory.
MetadataRead readMetadata(const std::filesystem::path& file, FileFormat format, std::span<const std::byte> bytes,
                          std::vector<Message>& warnings);

/// What goes into the result: stripped, with software and recipe, and the tags of size set to the picture's.
Metadata metadataToWrite(const Metadata& metadata, const WriteOptions& options, const Layout& layout);

/// Which of the metadata `format` cannot hold, in words.
std::vector<Message> metadataLosses(const Metadata& metadata, FileFormat format);

/// Writes `metadata` into an encoded JPEG, PNG, TIFF or WebP; returns the new file's bytes. Throws Error.
std::vector<std::byte> withMetadata(std::span<const std::byte> encoded, const Metadata& metadata, FileFormat format);

}  // namespace heirloom::core
