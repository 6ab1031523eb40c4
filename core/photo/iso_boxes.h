#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace heirloom::core {

/// Boxes of ISO base media files (ISO 14496-12, 4.2), which JPEG 2000, JPEG XL and HEIF are made of: a size in 4 bytes
/// (1: in 8 more behind the type), a type of 4 letters, a body. Numbers are big-endian.

void appendText(std::vector<std::byte>& to, std::string_view text);
void appendNumber(std::vector<std::byte>& to, std::uint64_t value, int bytes);
void appendBox(std::vector<std::byte>& to, std::string_view type, std::span<const std::byte> body,
               std::string_view prefix = {});

/// Of the first `count` bytes, at most 8; there are so many.
std::uint64_t bigEndian(std::span<const std::byte> bytes, std::size_t count);

struct IsoBox {
  std::string_view type;
  std::span<const std::byte> whole;
  std::span<const std::byte> body;
};

/// The first of `boxes`, which are at least 8 bytes. A size that cannot be reaches to the end.
IsoBox firstBox(std::span<const std::byte> boxes);

/// What an Exif box or item holds: it begins with the offset of its TIFF block. Empty where that lies outside.
std::vector<std::byte> tiffBlock(std::vector<std::byte> exifBox);

}  // namespace heirloom::core
