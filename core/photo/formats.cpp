#include <algorithm>
#include <array>
#include <string>

#include "core/photo/photo.h"

namespace heirloom::core {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 4> kJpeg = {"jpg", "jpeg", "jpe", "jfif"};
constexpr std::array<Names, 1> kPng = {"png"};
constexpr std::array<Names, 2> kTiff = {"tif", "tiff"};
constexpr std::array<Names, 1> kWebP = {"webp"};
constexpr std::array<Names, 3> kHeif = {"heic", "heif", "hif"};
constexpr std::array<Names, 1> kAvif = {"avif"};
constexpr std::array<Names, 1> kJpegXl = {"jxl"};
constexpr std::array<Names, 5> kJpeg2000 = {"jp2", "j2k", "j2c", "jpx", "jpf"};
constexpr std::array<Names, 1> kGif = {"gif"};
constexpr std::array<Names, 21> kRaw = {"dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "orf", "raf",
                                        "rw2", "pef", "srw", "3fr", "fff", "iiq", "mos", "mrw", "kdc", "erf"};

constexpr std::int64_t kUnlimited = 2'147'483'647;

constexpr std::array<FormatTraits, 10> kFormats = {{
    {.format = FileFormat::Jpeg,
     .name = "JPEG",
     .extensions = kJpeg,
     .writable = true,
     .alpha = false,
     .cmyk = true,
     .grey = true,
     .sixteenBit = false,
     .floatingPoint = false,
     .lossless = false,
     .lossy = true,
     .maximumSide = 65'535},
    {.format = FileFormat::Png,
     .name = "PNG",
     .extensions = kPng,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = true,
     .sixteenBit = true,
     .floatingPoint = false,
     .lossless = true,
     .lossy = false,
     .maximumSide = 1'000'000},  // libpng's own limit for a file that others shall read
    {.format = FileFormat::Tiff,
     .name = "TIFF",
     .extensions = kTiff,
     .writable = true,
     .alpha = true,
     .cmyk = true,
     .grey = true,
     .sixteenBit = true,
     .floatingPoint = true,
     .lossless = true,
     .lossy = false,
     .maximumSide = kUnlimited},
    {.format = FileFormat::WebP,
     .name = "WebP",
     .extensions = kWebP,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = false,
     .sixteenBit = false,
     .floatingPoint = false,
     .lossless = true,
     .lossy = true,
     .maximumSide = 16'383},
    {.format = FileFormat::Heif,
     .name = "HEIF",
     .extensions = kHeif,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = false,
     .sixteenBit = false,  // 10 bits
     .floatingPoint = false,
     .lossless = true,
     .lossy = true,
     .maximumSide = 16'384},
    {.format = FileFormat::Avif,
     .name = "AVIF",
     .extensions = kAvif,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = false,
     .sixteenBit = false,  // 12 bits
     .floatingPoint = false,
     .lossless = true,
     .lossy = true,
     .maximumSide = 16'384},
    {.format = FileFormat::JpegXl,
     .name = "JPEG XL",
     .extensions = kJpegXl,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = true,
     .sixteenBit = true,
     .floatingPoint = false,
     .lossless = true,
     .lossy = true,
     .maximumSide = 1'073'741'823},
    {.format = FileFormat::Jpeg2000,
     .name = "JPEG 2000",
     .extensions = kJpeg2000,
     .writable = true,
     .alpha = true,
     .cmyk = false,
     .grey = true,
     .sixteenBit = true,
     .floatingPoint = false,
     .lossless = true,
     .lossy = true,
     .maximumSide = kUnlimited},
    {.format = FileFormat::Gif,
     .name = "GIF",
     .extensions = kGif,
     .writable = false,
     .alpha = true,
     .cmyk = false,
     .grey = false,
     .sixteenBit = false,
     .floatingPoint = false,
     .lossless = true,
     .lossy = false,
     .maximumSide = 65'535},
    {.format = FileFormat::Raw,
     .name = "camera RAW",
     .extensions = kRaw,
     .writable = false,
     .alpha = false,
     .cmyk = false,
     .grey = true,
     .sixteenBit = true,
     .floatingPoint = false,
     .lossless = true,
     .lossy = false,
     .maximumSide = 65'535},
}};

std::string lowerExtension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  // ASCII only: what the locale thinks of letters must not decide about formats.
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

}  // namespace

std::span<const FormatTraits> formats() {
  return kFormats;
}

const FormatTraits& traits(FileFormat format) {
  return kFormats.at(static_cast<std::size_t>(format));
}

std::optional<FileFormat> formatOf(const std::filesystem::path& file) {
  const std::string extension = lowerExtension(file);
  for (const FormatTraits& row : kFormats) {
    if (std::ranges::find(row.extensions, extension) != row.extensions.end()) return row.format;
  }
  return std::nullopt;
}

void requireFits(std::int64_t width, std::int64_t height, FileFormat format, const std::filesystem::path& file) {
  const FormatTraits& row = traits(format);
  if (width <= row.maximumSide && height <= row.maximumSide) return;
  throw Error(
      HEIRLOOM_TEXT("photo.tooLargeForFormat", "%1 x %2 pixels are too many for %3, which ends at %4 a side")
          .with(std::to_string(width), std::to_string(height), std::string(row.name), std::to_string(row.maximumSide)),
      HEIRLOOM_TEXT("photo.chooseTiff", "choose TIFF or a smaller scale"), file);
}

}  // namespace heirloom::core
