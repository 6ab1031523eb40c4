#include "models/sdxl/text_cleaning.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "models/common/utf8.h"

namespace heirloom::models {
namespace {

utf8proc_category_t categoryOf(char32_t point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(point));
}

bool isLetter(char32_t point) {
  const auto category = categoryOf(point);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool isNumber(char32_t point) {
  const auto category = categoryOf(point);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

/// Categories C*, among them points that are not assigned; tab and line ends are white space instead.
bool isControl(char32_t point) {
  if (point == U'\t' || point == U'\n' || point == U'\r') return false;
  const auto category = categoryOf(point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CS ||
         category == UTF8PROC_CATEGORY_CO || category == UTF8PROC_CATEGORY_CN;
}

bool isSpace(char32_t point) {
  if (point == U'\t' || point == U'\n' || point == U'\r') return true;
  const auto category = categoryOf(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool isChinese(char32_t point) {
  constexpr std::array<std::pair<char32_t, char32_t>, 8> kBlocks{{{0x4E00, 0x9FFF},
                                                                  {0x3400, 0x4DBF},
                                                                  {0x20000, 0x2A6DF},
                                                                  {0x2A700, 0x2B73F},
                                                                  {0x2B740, 0x2B81F},
                                                                  {0x2B820, 0x2CEAF},
                                                                  {0xF900, 0xFAFF},
                                                                  {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(kBlocks, [&](const auto& block) { return point >= block.first && point <= block.second; });
}

std::u32string composed(const std::u32string& text) {
  const std::string bytes = encoded(text);
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()), static_cast<utf8proc_ssize_t>(bytes.size()),
                   &result, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, std::free);
  return size < 0 ? text : decoded({reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)});
}

// What a sigma looks at to know whether it ends a word (Unicode 3.13, Final_Sigma).
bool isCased(char32_t point) {
  const auto category = categoryOf(point);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT ||
         (point >= 0x2160 && point <= 0x217F) || (point >= 0x24B6 && point <= 0x24E9);
}

bool isCaseIgnorable(char32_t point) {
  constexpr std::u32string_view kWithinWords =
      U"'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";
  const auto category = categoryOf(point);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_LM || category == UTF8PROC_CATEGORY_SK ||
         kWithinWords.find(point) != std::u32string_view::npos;
}

bool endsWord(std::u32string_view word, std::size_t at) {
  const auto next = [&](std::size_t begin, std::size_t end, std::ptrdiff_t step) {
    auto i = static_cast<std::ptrdiff_t>(begin);
    while (i != static_cast<std::ptrdiff_t>(end) && isCaseIgnorable(word[static_cast<std::size_t>(i)])) i += step;
    return i != static_cast<std::ptrdiff_t>(end) && isCased(word[static_cast<std::size_t>(i)]);
  };
  return next(at - 1, static_cast<std::size_t>(-1), -1) && !next(at + 1, word.size(), 1);
}

std::u32string lowered(std::u32string_view word) {
  std::u32string result;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == U'\u0130') {  // a capital I with its dot keeps the dot
      result += U"i\u0307";
    } else if (word[i] == U'\u03A3') {
      result += endsWord(word, i) ? U'\u03C2' : U'\u03C3';
    } else {
      result += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(word[i])));
    }
  }
  return result;
}

/// The contraction or the name of a special token that `rest` begins with, or nothing.
std::u32string_view fixedPiece(std::u32string_view rest) {
  constexpr std::array<std::u32string_view, 9> kAll{
      U"<|startoftext|>", U"<|endoftext|>", U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"};
  for (const std::u32string_view one : kAll) {
    if (rest.starts_with(one)) return one;
  }
  return {};
}

}  // namespace

std::vector<std::u32string> cleanedWords(std::u32string_view text) {
  std::u32string clean;
  for (const char32_t point : text) {
    if (isSpace(point)) {
      clean += U' ';
    } else if (isChinese(point)) {
      clean += {U' ', point, U' '};
    } else if (point != 0xFFFD && !isControl(point)) {
      clean += point;
    }
  }
  clean = composed(clean);
  std::vector<std::u32string> words;
  for (std::size_t begin = 0; begin < clean.size();) {
    const std::size_t end = std::min(clean.find(U' ', begin), clean.size());
    if (end > begin) words.push_back(lowered(std::u32string_view(clean).substr(begin, end - begin)));
    begin = end + 1;
  }
  return words;
}

std::vector<std::u32string> pieces(std::u32string_view word) {
  std::vector<std::u32string> result;
  while (!word.empty()) {
    std::size_t length = fixedPiece(word).size();
    const auto run = [&](const auto& belongs) {
      while (length < word.size() && belongs(word[length])) ++length;
    };
    if (length > 0) {
      // taken whole
    } else if (isLetter(word.front())) {
      run(isLetter);
    } else if (isNumber(word.front())) {
      length = 1;
    } else {
      run([](char32_t point) { return !isLetter(point) && !isNumber(point); });
    }
    result.emplace_back(word.substr(0, length));
    word.remove_prefix(length);
  }
  return result;
}

}  // namespace heirloom::models
