#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/photo/raster.h"
#include "models/common/error.h"

namespace heirloom::core {

enum class FileFormat { Jpeg, Png, Tiff, WebP, Heif, Avif, JpegXl, Jpeg2000, Gif, Raw };

/// What a format can hold; the one table that naming, warnings, saving dialogs and tests share.
struct FormatTraits {
  FileFormat format;
  std::string_view name;                         // "JPEG"
  std::span<const std::string_view> extensions;  // lower case, without the dot, the usual one first
  bool writable;
  bool alpha;
  bool cmyk;
  bool grey;
  bool sixteenBit;
  bool floatingPoint;
  bool lossless;  // can be written without loss at the depths it holds
  bool lossy;     // takes a quality
  std::int64_t maximumSide;
};
std::span<const FormatTraits> formats();
const FormatTraits& traits(FileFormat format);
/// By the extension, in any case; empty when none of ours.
std::optional<FileFormat> formatOf(const std::filesystem::path& file);

/// Embedded descriptions as their standards' own bytes: EXIF as a TIFF block without the "Exif\0\0" prefix, IPTC as IIM
/// records, XMP as a packet.
struct Metadata {
  std::vector<std::byte> exif;
  std::vector<std::byte> iptc;
  std::string xmp;
  bool empty() const { return exif.empty() && iptc.empty() && xmp.empty(); }
};

/// A decoded photo: upright (orientation applied, the tag reset), samples as in the file. Immutable once read, shared
/// freely.
struct Photo {
  std::shared_ptr<const Raster> raster;
  std::vector<std::byte>
      iccProfile;  // the file's own bytes; empty: sRGB (grey: its curve; CMYK: the library's default profile)
  Metadata metadata;
  FileFormat format = FileFormat::Png;
  std::filesystem::path file;
  double pixelsPerMillimetreX = 0;  // 0: unknown
  double pixelsPerMillimetreY = 0;
  int jpegQuality = 0;            // estimated from the quantisation tables; 0: not a JPEG
  bool jpegSubsampled = true;     // chroma at half resolution
  bool lossless = false;          // the file's own coding lost nothing (PNG, lossless WebP, ...)
  std::vector<Message> warnings;  // what reading had to overlook: corrupt profile, more pages, ...
};

struct ReadOptions {
  bool acceptDamaged = false;  // take what can be decoded of a truncated file, with a warning
};

/// What a header says, without decoding: for `info`, and to refuse before any memory is taken.
struct PhotoHeader {
  Layout layout;  // upright
  FileFormat format = FileFormat::Png;
  int pages = 1;
};
PhotoHeader readHeader(const std::filesystem::path& file);

/// Throws Error naming file, fault and remedy: missing, not a picture, truncated, larger than memory and scratch disk
/// together.
Photo readPhoto(const std::filesystem::path& file, const ReadOptions& options = {});

enum class Strip { Nothing, Gps, Recipe, All };

struct WriteOptions {
  FileFormat format = FileFormat::Png;
  std::optional<int> quality;  // 1..100; JPEG from JPEG takes over the source's quality and subsampling, otherwise 95
  std::optional<SampleType> depth;  // otherwise the raster's own, or the nearest the format holds
  bool lossless = false;            // WebP, HEIF, AVIF, JPEG XL
  bool overwrite = false;
  Strip strip = Strip::Nothing;
  std::array<double, 3> background = {1, 1, 1};  // sRGB 0..1, under alpha where the format has none
  std::string recipe;                            // YAML that goes into XMP (heirloom:Recipe); empty: none
  bool generative = false;                       // a network invented parts of it: IPTC's DigitalSourceType says so
  std::string software;                          // written as EXIF Software and XMP CreatorTool; empty: left as it is
};

/// What writing `photo` so would lose, in words, without writing: 16 bit to 8, alpha over a background, CMYK to sRGB,
/// metadata.
std::vector<Message> losses(const Photo& photo, const WriteOptions& options);

/// Throws Error when the format cannot hold a picture of this size (JPEG beyond 65,535 pixels); called before a run.
void requireFits(std::int64_t width, std::int64_t height, FileFormat format, const std::filesystem::path& file);

/// Writes atomically (temporary file beside it, sync, rename without replacing unless `overwrite`). Profile and
/// metadata are kept where the format holds them; orientation is reset, the thumbnail, which shows the old picture,
/// removed. Returns the warnings of `losses`. Throws Error; nothing half-written stays.
std::vector<Message> writePhoto(const Photo& photo, const std::filesystem::path& file, const WriteOptions& options);

/// The recipe that `writePhoto` embedded; empty when there is none.
std::string embeddedRecipe(const Metadata& metadata);

/// Starts libvips and blocks its untrusted loaders, allows JPEG XL and JPEG 2000. Called by the functions above;
/// thread-safe.
void initialiseVips();

}  // namespace heirloom::core
