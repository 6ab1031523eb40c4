#pragma once

#include <cstddef>
#include <span>

namespace heirloom::core {

/// What a JPEG's header says of how it was coded.
struct JpegCoding {
  int quality = 0;         // 1..100, the nearest of libjpeg's scale; 0 when there is no quantisation table
  bool subsampled = true;  // chroma stored at less than full resolution
};

/// Reads the segments up to the picture data; stops quietly at anything malformed.
JpegCoding jpegCoding(std::span<const std::byte> file);

}  // namespace heirloom::core
