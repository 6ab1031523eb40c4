#include "models/sdxl/byte_pairs.h"

#include <limits>
#include <queue>
#include <utility>

namespace heirloom::models {
namespace {

constexpr std::size_t kUnranked = std::numeric_limits<std::size_t>::max();

/// A word while its symbols are merged. A symbol is known by the place of its first byte; one that became a part of the
/// symbol before it keeps its place, and nothing leads there any more.
class MergedWord {
 public:
  MergedWord(std::vector<std::string> symbols, const PairRank& rankOf)
      : symbols_(std::move(symbols)),
        end_(symbols_.size()),
        next_(end_),
        before_(end_),
        ranks_(end_, kUnranked),
        rankOf_(rankOf) {
    for (std::size_t place = 0; place < end_; ++place) {
      next_[place] = place + 1;
      before_[place] = place == 0 ? end_ : place - 1;
    }
    for (std::size_t place = 0; place < end_; ++place) rank(place);
  }

  std::vector<std::string> operator()() {
    while (!due_.empty()) {
      // All of one rank first: what they become may have a lower one.
      const std::size_t lowest = due_.top().first;
      std::vector<std::size_t> places;
      for (; !due_.empty() && due_.top().first == lowest; due_.pop()) places.push_back(due_.top().second);
      for (const std::size_t place : places) {
        if (ranks_[place] == lowest) merge(place);  // unless one of the two went into another pair
      }
    }
    std::vector<std::string> merged;
    for (std::size_t place = 0; place != end_; place = next_[place]) merged.push_back(std::move(symbols_[place]));
    return merged;
  }

 private:
  /// Asks for the rank of the pair that begins at `place`.
  void rank(std::size_t place) {
    const std::size_t right = next_[place];
    ranks_[place] = right == end_ ? kUnranked : rankOf_(symbols_[place], symbols_[right]).value_or(kUnranked);
    if (ranks_[place] != kUnranked) due_.emplace(ranks_[place], place);
  }

  void merge(std::size_t place) {
    const std::size_t right = next_[place], behind = next_[right];
    symbols_[place] += symbols_[right];
    ranks_[right] = kUnranked;
    next_[place] = behind;
    if (behind != end_) before_[behind] = place;
    rank(place);
    if (before_[place] != end_) rank(before_[place]);
  }

  using RankedPlace = std::pair<std::size_t, std::size_t>;

  std::vector<std::string> symbols_;
  std::size_t end_;
  std::vector<std::size_t> next_, before_;                                          // `end_`: there is none
  std::vector<std::size_t> ranks_;                                                  // of the pairs that begin there
  std::priority_queue<RankedPlace, std::vector<RankedPlace>, std::greater<>> due_;  // also what is no pair any more
  const PairRank& rankOf_;
};

}  // namespace

std::vector<std::string> mergedByRank(std::vector<std::string> symbols, const PairRank& rankOf) {
  return MergedWord(std::move(symbols), rankOf)();
}

}  // namespace heirloom::models
