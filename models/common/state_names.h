#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// 1 + the largest number that directly follows "prefix." in a key; 0 without one. The length of a Sequential.
int countNumbered(const StateDict& tensors, std::string_view prefix);

/// The keys of `required` that are absent, as "missing KEY".
std::vector<std::string> missingOf(const StateDict& tensors, const std::vector<std::string>& required);

/// Side `index` of a tensor's shape; 0 when the tensor is absent or has fewer sides.
int sideOf(const StateDict& tensors, std::string_view key, std::size_t index);

/// Whether the name of the file has `word`, written small, in it; false of tensors that come from none.
bool isNamedWith(const StateDict& tensors, std::string_view word);

/// Whether the name of the file says that the network enlarges `factor` times, below 10: "x3", "3X", not "3x3" or
/// "x30".
bool isNamedWithScale(const StateDict& tensors, int factor);

/// The whole number whose square is `value`; 0 when there is none.
int squareRoot(int value);

}  // namespace heirloom::models
