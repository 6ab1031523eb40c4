#pragma once

#include <array>

namespace heirloom::models {

/// Restormer (kair.md 2.1). Defaults: the public networks for motion blur, rain and defocus.
struct RestormerConfig {
  static constexpr int kSizeMultiple = 8;    // three halvings
  int inputs = 3;                            // channels that go in: 6 for the two views of a dual-pixel sensor
  int channels = 3;                          // and out
  int width = 48;                            // features of the first level; each level below has twice as many
  std::array<int, 4> blocks = {4, 6, 6, 8};  // of encoder and decoder by level, and of the lowest level
  int refinement = 4;
  std::array<int, 4> heads = {1, 2, 4, 8};
  double expansion = 2.66;  // of a perceptron's features
  bool withBias = true;     // of the norms; without, they do not subtract the mean either
  bool operator==(const RestormerConfig&) const = default;

  bool dualPixel() const { return inputs == 2 * channels; }
  int hiddenOf(int features) const { return static_cast<int>(features * expansion); }
};

}  // namespace heirloom::models
