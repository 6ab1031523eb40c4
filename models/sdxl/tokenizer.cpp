#include "models/sdxl/tokenizer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "models/common/error.h"
#include "models/common/utf8.h"
#include "models/sdxl/byte_pairs.h"
#include "models/sdxl/text_cleaning.h"

namespace heirloom::models {
namespace {

constexpr const char* kBegin = "<|startoftext|>";
constexpr const char* kEnd = "<|endoftext|>";
constexpr const char* kWordEnd = "</w>";
constexpr std::size_t kMostMerges = 49152 - 256 - 2;  // lines behind them are not read

/// Bytes as visible characters: those of Latin-1 that print stand for themselves, the others for U+0100 and on.
std::array<std::string, 256> visibleBytes() {
  std::array<std::string, 256> table;
  char32_t next = 0x100;
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const bool prints = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    const char32_t point = prints ? static_cast<char32_t>(byte) : next++;
    table[byte] = encoded(std::u32string_view(&point, 1));
  }
  return table;
}

[[noreturn]] void refuseFile(const char* file) {
  throw Error(HEIRLOOM_TEXT("tokenizer.broken", "the tokenizer's %1 is not what it should be").with(file),
              HEIRLOOM_TEXT("tokenizer.broken.remedy", "download that file again"));
}

}  // namespace

ClipTokenizer::ClipTokenizer(const std::string& vocabulary, const std::string& merges, std::string padding) {
  const nlohmann::json words = nlohmann::json::parse(vocabulary, nullptr, /*allow_exceptions=*/false);
  if (!words.is_object()) refuseFile("vocab.json");
  for (const auto& [token, id] : words.items()) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0) refuseFile("vocab.json");
    vocabulary_.emplace(token, id.get<std::int64_t>());
    size_ = std::max(size_, id.get<std::int64_t>() + 1);
  }
  for (const std::string& needed : {std::string(kBegin), std::string(kEnd), padding}) {
    if (!vocabulary_.contains(needed)) refuseFile("vocab.json");
  }
  begin_ = idOf(kBegin);
  end_ = idOf(kEnd);
  padding_ = idOf(padding);
  special_ = {kBegin, kEnd};
  if (padding != kBegin && padding != kEnd) special_.push_back(std::move(padding));

  std::istringstream lines(merges);
  std::string line;
  std::getline(lines, line);  // the version
  while (ranks_.size() < kMostMerges && std::getline(lines, line)) {
    const std::size_t space = line.find(' ');
    if (line.empty()) continue;
    if (space == std::string::npos) refuseFile("merges.txt");
    ranks_.emplace(std::pair(line.substr(0, space), line.substr(space + 1)), ranks_.size());
  }
}

std::int64_t ClipTokenizer::idOf(const std::string& token) const {
  const auto found = vocabulary_.find(token);
  return found == vocabulary_.end() ? end_ : found->second;
}

void ClipTokenizer::addWord(const std::u32string& word, std::vector<std::int64_t>& ids) const {
  static const std::array<std::string, 256> kVisible = visibleBytes();
  const PairRank rankOf = [this](const std::string& left, const std::string& right) {
    const auto found = ranks_.find({left, right});
    return found == ranks_.end() ? std::nullopt : std::optional(found->second);
  };
  for (const std::u32string& piece : pieces(word)) {
    const std::string bytes = encoded(piece);
    if (bytes == kBegin || bytes == kEnd) {
      ids.push_back(idOf(bytes));
      continue;
    }
    std::vector<std::string> symbols;
    for (const char byte : bytes) symbols.push_back(kVisible[static_cast<unsigned char>(byte)]);
    symbols.back() += kWordEnd;
    for (const std::string& token : mergedByRank(std::move(symbols), rankOf)) ids.push_back(idOf(token));
  }
}

std::vector<std::int64_t> ClipTokenizer::ids(std::string_view text) const {
  std::vector<std::int64_t> ids;
  const auto addText = [&](std::string_view plain) {
    for (const std::u32string& word : cleanedWords(decoded(plain))) addWord(word, ids);
  };
  (void)decoded(text);  // throws here, before anything is cut
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t at = std::string_view::npos;
    const std::string* token = nullptr;
    for (const std::string& special : special_) {
      const std::size_t found = text.find(special, begin);
      if (found < at) at = found, token = &special;
    }
    addText(text.substr(begin, at == std::string_view::npos ? at : at - begin));
    if (!token) break;
    ids.push_back(idOf(*token));
    begin = at + token->size();
  }
  return ids;
}

std::string paddingTokenOf(const std::string& specialTokensMap) {
  const nlohmann::json map = nlohmann::json::parse(specialTokensMap, nullptr, /*allow_exceptions=*/false);
  if (!map.is_object() || !map.contains("pad_token")) return kEnd;
  const nlohmann::json& token = map["pad_token"];
  if (token.is_string()) return token.get<std::string>();
  if (token.is_object() && token.contains("content") && token["content"].is_string())
    return token["content"].get<std::string>();
  return kEnd;
}

}  // namespace heirloom::models
