// Symbols merged by the ranks of their pairs: what the plain way gives, in few looks at the ranks.

#include "models/sdxl/byte_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using Symbols = std::vector<std::string>;
using Merges = std::map<std::pair<std::string, std::string>, std::size_t>;

/// The reference's way: the lowest rank of all pairs is looked for again after every round.
Symbols mergedInRounds(Symbols symbols, const Merges& merges) {
  while (true) {
    auto best = merges.end();
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = merges.find({symbols[i], symbols[i + 1]});
      if (found != merges.end() && (best == merges.end() || found->second < best->second)) best = found;
    }
    if (best == merges.end()) return symbols;
    Symbols joined;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const bool pair =
          i + 1 < symbols.size() && symbols[i] == best->first.first && symbols[i + 1] == best->first.second;
      joined.push_back(pair ? symbols[i] + symbols[i + 1] : symbols[i]);
      if (pair) ++i;
    }
    symbols = std::move(joined);
  }
}

/// `count` pairs of letters and of what such pairs make, in an order of ranks that knows nothing of that.
Merges drawnMerges(std::size_t count, std::mt19937& random) {
  Symbols known = {"a", "b", "c"};
  std::vector<std::pair<std::string, std::string>> pairs;
  while (pairs.size() < count) {
    std::pair<std::string, std::string> pair(known[random() % known.size()], known[random() % known.size()]);
    if (std::ranges::find(pairs, pair) != pairs.end()) continue;
    known.push_back(pair.first + pair.second);
    pairs.push_back(std::move(pair));
  }
  std::ranges::shuffle(pairs, random);
  Merges merges;
  for (std::size_t rank = 0; rank < pairs.size(); ++rank) merges.emplace(pairs[rank], rank);
  return merges;
}

Symbols drawnLetters(std::size_t count, std::mt19937& random) {
  static const std::array<std::string, 3> kLetters = {"a", "b", "c"};
  Symbols symbols;
  for (std::size_t i = 0; i < count; ++i) symbols.push_back(kLetters[random() % kLetters.size()]);
  return symbols;
}

/// `looks`: how often it was asked.
PairRank ranksOf(const Merges& merges, std::size_t& looks) {
  return [&merges, &looks](const std::string& left, const std::string& right) -> std::optional<std::size_t> {
    ++looks;
    const auto found = merges.find({left, right});
    return found == merges.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(BytePairs, areMergedAsInRounds) {
  std::mt19937 random(11);
  std::size_t looks = 0, fewer = 0;
  for (int round = 0; round < 60; ++round) {
    const Merges merges = drawnMerges(40, random);
    for (std::size_t count = 0; count < 50; ++count) {
      const Symbols symbols = drawnLetters(count, random);
      const Symbols merged = mergedByRank(symbols, ranksOf(merges, looks));
      ASSERT_EQ(merged, mergedInRounds(symbols, merges)) << round << ' ' << count;
      fewer += symbols.size() - merged.size();
    }
  }
  EXPECT_GT(fewer, 10'000U);  // there was something to merge
}

TEST(BytePairs, ofOneSymbolAreTakenFromTheLeft) {
  std::size_t looks = 0;
  Merges merges;
  merges.emplace(std::pair<std::string, std::string>("a", "a"), 0);
  EXPECT_EQ(mergedByRank({"a", "a", "a", "a", "a"}, ranksOf(merges, looks)), (Symbols{"aa", "aa", "a"}));
}

/// In rounds it would be some 40 million times.
TEST(BytePairs, ofALongWordAreLookedAtThreeTimesASymbol) {
  constexpr std::size_t kPairs = 5'000;
  Symbols symbols;
  Merges merges;
  for (std::size_t i = 0; i < kPairs; ++i) {
    symbols.push_back("l" + std::to_string(i));
    symbols.push_back("r" + std::to_string(i));
    merges.emplace(std::pair(symbols[2 * i], symbols[2 * i + 1]), kPairs - i);
  }
  std::size_t looks = 0;
  EXPECT_EQ(mergedByRank(symbols, ranksOf(merges, looks)).size(), kPairs);
  EXPECT_LE(looks, 3 * symbols.size());
}

}  // namespace
}  // namespace heirloom::tests
