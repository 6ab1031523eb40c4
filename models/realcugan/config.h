#pragma once

namespace heirloom::models {

/// Real-CUGAN. Defaults: x2.
struct RealCuganConfig {
  int channels = 3;
  int scale = 2;      // 2, 3, 4
  bool fast = false;  // x2 over a picture of a quarter of the pixels
  bool pro = false;   // trained on values that leave room at both ends
  bool operator==(const RealCuganConfig&) const = default;
};

}  // namespace heirloom::models
