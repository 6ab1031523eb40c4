#include "core/photo/signature.h"

#include <cstring>
#include <string_view>

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

std::string_view text(std::span<const std::byte> bytes, std::size_t offset, std::size_t count) {
  if (offset >= bytes.size()) return {};
  return {reinterpret_cast<const char*>(bytes.data()) + offset, std::min(count, bytes.size() - offset)};
}

std::uint32_t bigEndian(std::span<const std::byte> bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  return value;
}

/// HEIF and AVIF share their container; the brands tell what codes the picture.
std::optional<FileFormat> formatOfBrands(std::span<const std::byte> start) {
  bool heif = false;
  const std::size_t end = std::min<std::size_t>(start.size(), bigEndian(start, 0));
  for (std::size_t offset = 8; offset + 4 <= end; offset += 4) {
    if (offset == 12) continue;  // the minor version
    const std::string_view brand = text(start, offset, 4);
    if (brand == "avif"sv || brand == "avis"sv) return FileFormat::Avif;
    for (const std::string_view known :
         {"heic"sv, "heix"sv, "hevc"sv, "hevx"sv, "heim"sv, "heis"sv, "mif1"sv, "msf1"sv}) {
      heif = heif || brand == known;
    }
  }
  if (heif) return FileFormat::Heif;
  return std::nullopt;
}

}  // namespace

std::optional<FileFormat> formatOf(std::span<const std::byte> start) {
  if (text(start, 0, 3) == "\xff\xd8\xff"sv) return FileFormat::Jpeg;
  if (text(start, 0, 8) == "\x89PNG\r\n\x1a\n"sv) return FileFormat::Png;
  for (const std::string_view tiff : {"II\x2a\0"sv, "MM\0\x2a"sv, "II\x2b\0"sv, "MM\0\x2b"sv}) {
    if (text(start, 0, 4) == tiff) return FileFormat::Tiff;
  }
  if (text(start, 0, 4) == "RIFF"sv && text(start, 8, 4) == "WEBP"sv) return FileFormat::WebP;
  if (text(start, 0, 2) == "\xff\x0a"sv || text(start, 0, 12) == "\0\0\0\x0cJXL \r\n\x87\n"sv)
    return FileFormat::JpegXl;
  if (text(start, 0, 12) == "\0\0\0\x0cjP  \r\n\x87\n"sv || text(start, 0, 4) == "\xff\x4f\xff\x51"sv) {
    return FileFormat::Jpeg2000;
  }
  if (text(start, 0, 4) == "GIF8"sv) return FileFormat::Gif;
  if (start.size() >= 12 && text(start, 4, 4) == "ftyp"sv) return formatOfBrands(start);
  return std::nullopt;
}

bool isBigTiff(std::span<const std::byte> start) {
  return text(start, 0, 4) == "II\x2b\0"sv || text(start, 0, 4) == "MM\0\x2b"sv;
}

std::uint64_t pngClaim(std::span<const std::byte> start) {
  if (start.size() < 26 || formatOf(start) != FileFormat::Png) return 0;
  const std::uint64_t width = bigEndian(start, 16);
  const std::uint64_t height = bigEndian(start, 20);
  const auto depth = std::to_integer<std::uint64_t>(start[24]);
  constexpr std::uint64_t kSamples[] = {1, 1, 3, 1, 2, 1, 4, 1};  // by colour type
  const std::uint64_t samples = kSamples[std::to_integer<std::size_t>(start[25]) & 7];
  return (width * samples * depth + 7) / 8 * height;
}

bool pngCarriesProfile(std::span<const std::byte> file) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAroundChunk = 12;  // length, type and checksum
  if (formatOf(file) != FileFormat::Png) return false;
  for (std::size_t at = kSignature; at + kAroundChunk <= file.size();) {
    const std::string_view type = text(file, at + 4, 4);
    if (type == "iCCP"sv) return true;
    if (type == "IDAT"sv) return false;
    at += kAroundChunk + bigEndian(file, at);
  }
  return false;
}

}  // namespace heirloom::core
