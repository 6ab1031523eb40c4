// Both tokenisers against conformance/instantir/tokenizer: the public vocabulary and what the pinned reference makes of
// 32 texts.

#include "models/sdxl/tokenizer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "models/common/error.h"
#include "models/common/utf8.h"
#include "models/sdxl/text_cleaning.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ClipTokenizer, publicVocabularyGivesTheReferencesIds) {
  REQUIRE_SHARED(folder, "conformance/instantir/tokenizer");
  const std::string vocabulary = contents(folder / "vocab.json"), merges = contents(folder / "merges.txt");
  const ClipTokenizer first(vocabulary, merges, "<|endoftext|>"), second(vocabulary, merges, "!");
  EXPECT_EQ(first.begin(), 49406);
  EXPECT_EQ(first.end(), 49407);
  EXPECT_EQ(first.padding(), 49407);
  EXPECT_EQ(second.padding(), 0);
  EXPECT_EQ(second.size(), 49408);
  constexpr std::size_t kLength = 77;
  const auto padded = [](const ClipTokenizer& tokenizer, const std::string& text) {
    std::vector<std::int64_t> ids = tokenizer.ids(text);
    ids.resize(std::min(ids.size(), kLength - 2));
    ids.insert(ids.begin(), tokenizer.begin());
    ids.push_back(tokenizer.end());
    ids.resize(kLength, tokenizer.padding());
    return ids;
  };
  const nlohmann::json records = nlohmann::json::parse(contents(folder / "ids.json"));
  EXPECT_EQ(records["rows"].size(), 32);
  for (const nlohmann::json& row : records["rows"]) {
    const auto text = row["text"].get<std::string>();
    EXPECT_EQ(padded(first, text), row["tokenizer"].get<std::vector<std::int64_t>>()) << text;
    EXPECT_EQ(padded(second, text), row["tokenizer_2"].get<std::vector<std::int64_t>>()) << text;
  }
}

/// A vocabulary of single bytes, with one merge.
std::string smallVocabulary() {
  return R"({"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab": 4, "ab</w>": 5, "!": 6, "!</w>": 7,)"
         R"( "<|startoftext|>": 8, "<|endoftext|>": 9})";
}
constexpr const char* kSmallMerges = "#version: 0.2\na b</w>\na b\n";

TEST(ClipTokenizer, mergesGoByRankAndUnknownBytesAreTheEnd) {
  const ClipTokenizer tokenizer(smallVocabulary(), kSmallMerges, "<|endoftext|>");
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(tokenizer.ids("ab ba"), (Ids{5, 1, 2}));
  EXPECT_EQ(tokenizer.ids("abab"), (Ids{4, 5}));
  EXPECT_EQ(tokenizer.ids("a!"), (Ids{2, 7}));
  EXPECT_EQ(tokenizer.ids("c"), (Ids{9}));
  EXPECT_EQ(tokenizer.ids(""), Ids{});
  EXPECT_EQ(tokenizer.ids("a<|ENDOFTEXT|>b"), (Ids{2, 9, 3}));
}

TEST(ClipTokenizer, specialTokensAreCutOutFirst) {
  const ClipTokenizer tokenizer(smallVocabulary(), kSmallMerges, "!");
  EXPECT_EQ(tokenizer.ids("a!!b"), (std::vector<std::int64_t>{2, 6, 6, 3}));
  EXPECT_EQ(tokenizer.ids("<|startoftext|>a<|endoftext|>"), (std::vector<std::int64_t>{8, 2, 9}));
}

TEST(ClipTokenizer, brokenFilesAndTextsAreRefusedInWords) {
  EXPECT_THROW(ClipTokenizer("[1, 2]", kSmallMerges, "!"), Error);
  EXPECT_THROW(ClipTokenizer("{", kSmallMerges, "!"), Error);
  EXPECT_THROW(ClipTokenizer(R"({"!": "x"})", kSmallMerges, "!"), Error);
  EXPECT_THROW(ClipTokenizer(smallVocabulary(), "#version\nab\n", "!"), Error);
  EXPECT_THROW(ClipTokenizer(smallVocabulary(), kSmallMerges, "?"), Error);
  const ClipTokenizer tokenizer(smallVocabulary(), kSmallMerges, "!");
  for (const char* text : {"a\xff", "\xc0\x80", "\xed\xa0\x80", "a\xe2\x82"}) EXPECT_THROW(tokenizer.ids(text), Error);
}

TEST(ClipTokenizer, paddingIsReadInBothSpellings) {
  EXPECT_EQ(paddingTokenOf(R"({"pad_token": "!"})"), "!");
  EXPECT_EQ(paddingTokenOf(R"({"pad_token": {"content": "!", "lstrip": false}})"), "!");
  EXPECT_EQ(paddingTokenOf("{}"), "<|endoftext|>");
  EXPECT_EQ(paddingTokenOf(""), "<|endoftext|>");
}

TEST(TextCleaning, lowerCaseIsPythons) {
  const auto cleaned = [](const char* text) {
    std::string words;
    for (const std::u32string& word : cleanedWords(decoded(text))) words += (words.empty() ? "" : "|") + encoded(word);
    return words;
  };
  EXPECT_EQ(cleaned("ΣΑΣ ΣΑΣ. Σ ΑΣ'Α"), "σας|σας.|σ|ασ'α");
  EXPECT_EQ(cleaned("İ"), "i̇");
  EXPECT_EQ(cleaned("a\u00a0b\u2028c\x0b"
                    "d"),
            "a|b|cd");
  EXPECT_EQ(cleaned("a中b"), "a|中|b");
}

}  // namespace
}  // namespace heirloom::tests
