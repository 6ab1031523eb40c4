#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heirloom::models {

/// A stretch of a prompt and how much it counts.
struct WeightedText {
  std::string text;
  double weight = 1;
  bool operator==(const WeightedText&) const = default;
};

/// A prompt in the customary notation: (words) count 1.1 times as much, [words] 1 / 1.1 times, (words:1.2) 1.2 times,
/// one within the other multiplies; \( \) \[ \] \\ are the characters themselves, and so is a bracket without its
/// partner. Neighbours of one weight come joined. Throws Error for a weight outside 0..10.
std::vector<WeightedText> weightedTexts(std::string_view prompt);

}  // namespace heirloom::models
