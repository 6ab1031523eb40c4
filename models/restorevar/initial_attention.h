#pragma once

namespace heirloom::models {

/// How a transformer begins that nobody has trained yet.
struct InitialAttention {
  /// What similarities are multiplied by, above 0, 100 at most; the reference's is 4.
  double temperature = 4;
  /// Attention to the picture, and the refiner's to the transformer, begins at a token's own place, the first head's
  /// most narrowly, instead of anywhere. Ours: of training from nothing, finding that place is the longest part.
  bool aligned = false;
  bool operator==(const InitialAttention&) const = default;
};

}  // namespace heirloom::models
