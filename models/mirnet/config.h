#pragma once

#include <array>
#include <vector>

namespace heirloom::models {

/// MIRNet-v2. Defaults: the public networks of one picture.
struct MirNetConfig {
  static constexpr int kSizeMultiple = 4;        // two halvings
  int inputs = 3;                                // channels that go in: 6 for the two views of a dual-pixel sensor
  int channels = 3;                              // and out
  std::array<int, 3> features = {80, 120, 180};  // of the picture's size, a half and a quarter
  std::vector<int> groups = {1, 2, 4, 4};        // of the convolutions of each group of blocks
  int blocks = 2;                                // of such a group
  bool operator==(const MirNetConfig&) const = default;

  bool dualPixel() const { return inputs == 2 * channels; }
};

}  // namespace heirloom::models
