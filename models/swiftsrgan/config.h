#pragma once

namespace heirloom::models {

/// Swift-SRGAN's generator. Defaults: the authors' x4 network.
struct SwiftSrganConfig {
  int channels = 3;
  int features = 64;
  int blocks = 16;
  int scale = 4;  // a power of two
  bool operator==(const SwiftSrganConfig&) const = default;
};

}  // namespace heirloom::models
