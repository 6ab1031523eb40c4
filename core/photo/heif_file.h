#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

struct HeifMetadata {
  std::vector<std::byte> exif;  // a TIFF block
  std::string xmp;
};

/// Metadata items of the primary picture of a HEIF or AVIF file; empty where there is none or the file is nonsense.
HeifMetadata readHeifMetadata(std::span<const std::byte> file);

/// Whether the primary picture's colours are named as stored in RGB, which in practice means without loss: whoever
/// codes with loss turns them into YCbCr first.
bool heifKeepsSamples(std::span<const std::byte> file);

struct HeifCoding {
  FileFormat format = FileFormat::Heif;  // or Avif
  int quality = 95;
  bool lossless = false;
};

/// An RGB raster as a HEIF or AVIF file, 8 bits, or 10 (HEIF) and 12 (AVIF) for 16-bit samples. Colours are stored as
/// full-range RGB where lossless is asked for. Throws Error.
std::vector<std::byte> encodeHeif(const Raster& raster, std::span<const std::byte> iccProfile,
                                  const HeifMetadata& metadata, const HeifCoding& coding);

/// Bits a sample has in the file when the raster's are of `type`.
int heifBits(FileFormat format, SampleType type);

}  // namespace heirloom::core
