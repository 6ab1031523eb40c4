#pragma once

namespace heirloom::models {

/// MPRNet. Defaults: the public network for rain.
struct MprNetConfig {
  static constexpr int kSizeMultiple = 8;  // halves of it have three levels
  int channels = 3;
  int features = 40;
  int step = 20;      // features that a level of the first two stages has more than the one above
  int lastStep = 16;  // and that the last stage has more
  int blocks = 8;     // of each of the three groups of the last stage
  int reduction = 4;  // of features inside channel attention
  bool operator==(const MprNetConfig&) const = default;
};

}  // namespace heirloom::models
