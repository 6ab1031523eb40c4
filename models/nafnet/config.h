#pragma once

#include <vector>

namespace heirloom::models {

/// NAFNet (kair.md 2.1). Defaults: NAFNet-SIDD-width32.
struct NafNetConfig {
  int channels = 3;
  int width = 32;                            // features of the first level; each level below has twice as many
  std::vector<int> encoders = {2, 2, 4, 8};  // blocks a level
  int middle = 12;
  std::vector<int> decoders = {2, 2, 2, 2};  // from the lowest level up
  bool operator==(const NafNetConfig&) const = default;

  int levels() const { return static_cast<int>(encoders.size()); }
};

}  // namespace heirloom::models
