#pragma once

#include <array>

namespace heirloom::models {

/// FBCNN. Defaults: the public colour network.
struct FbcnnConfig {
  static constexpr int kSizeMultiple = 8;  // three halvings
  int channels = 3;
  std::array<int, 4> features = {64, 128, 256, 512};  // by level
  int blocks = 4;                                     // a level
  int embedding = 512;                                // of the quality
  bool operator==(const FbcnnConfig&) const = default;
};

}  // namespace heirloom::models
