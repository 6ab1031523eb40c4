#pragma once

#include <array>

namespace heirloom::models {

/// MixDehazeNet. Defaults: the tiny one (MixDehazeNet-t).
struct MixDehazeNetConfig {
  static constexpr int kSizeMultiple = 4;  // two halvings
  int channels = 3;
  std::array<int, 3> features = {24, 48, 96};   // of the picture's size, a half and a quarter
  std::array<int, 5> depths = {1, 1, 2, 1, 1};  // blocks on the way down and up again
  bool operator==(const MixDehazeNetConfig&) const = default;
};

}  // namespace heirloom::models
