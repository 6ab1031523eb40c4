#pragma once

#include <array>

namespace heirloom::models {

/// FFTformer. Defaults: the public networks.
struct FftFormerConfig {
  static constexpr int kSizeMultiple = 32;  // whole patches on the lowest of three levels
  int channels = 3;
  int width = 48;                          // features of the first level; each level below has twice as many
  std::array<int, 3> blocks = {6, 6, 12};  // of encoder and decoder by level
  int refinement = 4;
  double expansion = 3;  // of a perceptron's features
  bool operator==(const FftFormerConfig&) const = default;
};

}  // namespace heirloom::models
