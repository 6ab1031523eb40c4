#pragma once

namespace heirloom::models {

/// How a transformer begins that nobody has trained yet.
struct InitialTransformer {
  /// What similarities are multiplied by, above 0, 100 at most; the reference's is 4.
  double temperature = 4;
  /// It begins as what names the codes of the picture that it is shown, and the refiner with attention to a token's own
  /// place, instead of with random answers. Ours: learning to copy is the longest part of a training from nothing.
  bool copying = false;
  bool operator==(const InitialTransformer&) const = default;
};

}  // namespace heirloom::models
