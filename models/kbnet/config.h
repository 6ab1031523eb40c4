#pragma once

#include <array>
#include <vector>

namespace heirloom::models {

/// KBNet-S. Defaults: the public networks for Gaussian noise in colour.
struct KbNetSConfig {
  int channels = 3;
  int width = 64;                            // features of the first level; each level below has twice as many
  std::vector<int> encoders = {2, 2, 4, 8};  // blocks a level
  int middle = 12;
  std::vector<int> decoders = {2, 2, 2, 2};  // from the lowest level up
  double expansion = 2;                      // of a perceptron's features
  int bases = 32;                            // kernels that every pixel mixes its own from
  bool lightweight = false;                  // depthwise convolutions of 3 instead of grouped ones of 5
  bool operator==(const KbNetSConfig&) const = default;

  int hiddenOf(int features) const { return static_cast<int>(features * expansion); }
};

/// KBNet-L. Defaults: the public networks for rain and defocus.
struct KbNetLConfig {
  static constexpr int kSizeMultiple = 8;  // three halvings
  int channels = 3;
  int width = 48;                            // features of the first level; each level below has twice as many
  std::array<int, 4> blocks = {4, 6, 6, 8};  // of encoder and decoder by level, and of the lowest level
  int refinement = 4;
  std::array<int, 4> heads = {1, 2, 4, 8};
  double expansion = 1.5;  // of the features that are mixed
  int bases = 32;
  bool operator==(const KbNetLConfig&) const = default;

  int hiddenOf(int features) const { return static_cast<int>(features * expansion); }
};

}  // namespace heirloom::models
