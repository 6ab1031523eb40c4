#pragma once

#include <array>

namespace heirloom::models {

/// SCUNet (kair.md 2.1). Defaults: the public colour networks.
struct ScuNetConfig {
  int channels = 3;
  int width = 64;                                     // features of the first level; each level below has twice as many
  std::array<int, 7> blocks = {4, 4, 4, 4, 4, 4, 4};  // down 1 2 3, body, up 3 2 1
  bool operator==(const ScuNetConfig&) const = default;
};

}  // namespace heirloom::models
