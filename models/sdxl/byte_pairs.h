#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::models {

/// The rank of a pair of neighbours, each of its own; nothing: the two are never merged.
using PairRank = std::function<std::optional<std::size_t>(const std::string& left, const std::string& right)>;

/// Byte pair encoding (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016): the pairs
/// of the lowest rank are merged, all of them from left to right, and so on with what they became until no pair has a
/// rank. Of n symbols in n log n; `rankOf` is asked 3 n times at most.
std::vector<std::string> mergedByRank(std::vector<std::string> symbols, const PairRank& rankOf);

}  // namespace heirloom::models
