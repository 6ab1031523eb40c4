#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace heirloom::core {

/// What a JPEG's header says of how it was coded.
struct JpegCoding {
  int quality = 0;         // 1..100, the nearest of libjpeg's scale; 0 when there is no quantisation table
  bool subsampled = true;  // chroma stored at less than full resolution
};

/// Reads the segments up to the picture data; stops quietly at anything malformed.
JpegCoding jpegCoding(std::span<const std::byte> file);

/// The file with a JFIF header, which libvips leaves out: without it a JPEG that has no EXIF has no resolution. Pixels
/// a millimetre; 0: unknown. The file must be a JPEG without one, and not CMYK, which JFIF does not know.
std::vector<std::byte> withJfifHeader(std::span<const std::byte> file, double pixelsPerMillimetreX,
                                      double pixelsPerMillimetreY);

}  // namespace heirloom::core
