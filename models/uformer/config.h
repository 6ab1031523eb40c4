#pragma once

#include <array>

namespace heirloom::models {

/// Uformer. Defaults: the public networks for camera noise and motion blur (Uformer-B).
struct UformerConfig {
  static constexpr int kLevels = 4;  // above the lowest
  int channels = 3;
  int width = 32;                                           // features of the first level; each below has twice as many
  std::array<int, 9> blocks = {1, 2, 8, 8, 2, 8, 8, 2, 1};  // down four levels, the lowest, up again
  std::array<int, 9> heads = {1, 2, 4, 8, 16, 16, 8, 4, 2};
  int window = 8;
  int widening = 4;               // a perceptron's hidden features to its features
  bool modulated = true;          // on the way up every place in a window adds a vector of its own
  bool wholeConvolution = false;  // "fastleff": between all hidden features instead of one by one
  bool bias = true;               // of queries, keys and values
  bool operator==(const UformerConfig&) const = default;
};

}  // namespace heirloom::models
