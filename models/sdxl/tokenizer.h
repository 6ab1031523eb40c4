#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace heirloom::models {

/// CLIP's byte-level BPE (Radford et al., 2021) as the slow tokeniser of transformers 4.36.2 without ftfy has it
/// (instantir.md 2.5). Special tokens are cut out of a text before anything else happens to it. Immutable.
class ClipTokenizer {
 public:
  /// Texts of `vocab.json` and `merges.txt`; `padding` is the token that short texts are filled up with, a special
  /// token as well: "<|endoftext|>" or, of SDXL's second tokeniser, "!". Throws Error when they are no such texts.
  ClipTokenizer(const std::string& vocabulary, const std::string& merges, std::string padding);

  /// Ids of a text, without begin, end and padding. Throws Error unless it is UTF-8.
  std::vector<std::int64_t> ids(std::string_view text) const;

  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return end_; }
  std::int64_t padding() const { return padding_; }
  /// One more than the largest id.
  std::int64_t size() const { return size_; }

 private:
  void addWord(const std::u32string& word, std::vector<std::int64_t>& ids) const;
  std::int64_t idOf(const std::string& token) const;

  std::unordered_map<std::string, std::int64_t> vocabulary_;
  std::map<std::pair<std::string, std::string>, std::size_t> ranks_;
  std::vector<std::string> special_;
  std::int64_t begin_ = 0, end_ = 0, padding_ = 0, size_ = 0;
};

/// The padding token that a tokeniser's `special_tokens_map.json` names; "<|endoftext|>" where it names none.
std::string paddingTokenOf(const std::string& specialTokensMap);

}  // namespace heirloom::models
