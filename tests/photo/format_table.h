#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>

#include "core/photo/photo.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

/// What becomes of samples in a format written without loss (JPEG: at its best). Bits kept of 8 bits, 16 bits and
/// float; exact where nothing is lost.
struct FormatRow {
  core::FileFormat format;
  int fromEight;
  int fromSixteen;
  int fromFloat;  // 32: float stays
  bool lossless;  // otherwise coded with loss
  bool grey;      // otherwise three equal bands
  bool alpha;     // otherwise put on the background
  bool cmyk;      // otherwise sRGB
  bool keepsProfile;
  const char* metadata;
};

inline constexpr FormatRow kFormatTable[] = {
    {core::FileFormat::Jpeg, 8, 8, 8, false, true, false, true, true, "EXIF, IPTC, XMP"},
    {core::FileFormat::Png, 8, 16, 16, true, true, true, false, true, "EXIF, IPTC, XMP"},
    {core::FileFormat::Tiff, 8, 16, 32, true, true, true, true, true, "EXIF, IPTC, XMP; none beyond 4 GB"},
    {core::FileFormat::WebP, 8, 8, 8, true, false, true, false, true, "EXIF, XMP"},
    {core::FileFormat::Heif, 8, 10, 10, true, false, true, false, true, "EXIF, XMP"},
    {core::FileFormat::Avif, 8, 12, 12, true, false, true, false, true, "EXIF, XMP"},
    {core::FileFormat::JpegXl, 8, 16, 16, true, true, true, false, true, "EXIF, XMP"},
    {core::FileFormat::Jpeg2000, 8, 16, 16, true, true, true, false, true, "none"},
};

/// The name of a test over a row: "JPEG2000".
inline std::string nameOf(const ::testing::TestParamInfo<FormatRow>& info) {
  std::string name(core::traits(info.param.format).name);
  std::erase(name, ' ');
  return name;
}

/// Where tests put a file of `format`.
inline std::filesystem::path fileIn(const TemporaryFolder& folder, core::FileFormat format) {
  return folder / ("photo." + std::string(core::traits(format).extensions.front()));
}

/// The table as it stands in README.md beside this file.
std::string formatTableText();

}  // namespace heirloom::tests
