#pragma once

#include <vector>

namespace heirloom::models {

/// MM-RealSR. Defaults: the published networks, x4.
struct MmRealSrConfig {
  /// Residual blocks of the estimator between two convolutions that halve the picture.
  struct Stage {
    int features = 64;
    int blocks = 6;
    bool operator==(const Stage&) const = default;
  };

  int channels = 3;
  int features = 64;
  int growth = 32;
  int blocks = 23;
  int embedding = 512;  // of the degrees
  std::vector<Stage> stages = {{64, 6}, {128, 2}};
  int hidden = 512;  // of the estimator's last layers
  bool operator==(const MmRealSrConfig&) const = default;
};

}  // namespace heirloom::models
