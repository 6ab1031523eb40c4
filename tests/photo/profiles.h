#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/photo/raster.h"

namespace heirloom::tests {

/// Profiles made on the spot by LittleCMS, and libvips' CMYK.
struct NamedProfile {
  std::string name;
  core::ColourModel model;
  std::vector<std::byte> bytes;
};
std::vector<NamedProfile> profiles();
std::vector<std::byte> profile(const std::string& name);  // one of them: "sRGB", "Adobe RGB", ...

}  // namespace heirloom::tests
