#pragma once

#include <memory>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

/// How a photo has to change to fit a format.
struct Conversion {
  Layout source;
  Layout target;
  bool flattens = false;     // alpha over the background
  bool leavesSpace = false;  // CMYK, or grey with a profile, to sRGB: the profile goes
  std::vector<Message> warnings;
};

Conversion planConversion(const Photo& photo, const WriteOptions& options);

struct Converted {
  std::shared_ptr<const Raster> raster;
  std::vector<std::byte> iccProfile;
};

/// Carries out the plan; the photo's own raster where nothing changes.
Converted convert(const Photo& photo, const Conversion& plan, const WriteOptions& options);

}  // namespace heirloom::core
