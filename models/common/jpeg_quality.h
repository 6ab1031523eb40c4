#pragma once

#include "models/settings.h"

namespace heirloom::models {

inline constexpr const char* kJpegQuality = "jpeg_quality";

/// The setting of networks that are told how strongly a photo was compressed: libjpeg's quality, 100 for none.
/// Default: 40.
inline Parameter jpegQualityParameter() {
  return {kJpegQuality, HEIRLOOM_TEXT("setting.jpeg_quality", "JPEG quality"),
          HEIRLOOM_TEXT("setting.jpeg_quality.help",
                        "The quality the photo was saved with, 100 for none: the lower, the more is smoothed"),
          "", IntegerRange{.minimum = 0, .maximum = 100, .byDefault = 40}};
}

}  // namespace heirloom::models
