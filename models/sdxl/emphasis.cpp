#include "models/sdxl/emphasis.h"

#include <algorithm>
#include <optional>

#include "models/common/error.h"
#include "models/common/parsed_number.h"

namespace heirloom::models {
namespace {

constexpr double kStep = 1.1;
constexpr double kLargest = 10;
constexpr std::size_t kShown = 40;  // bytes of a part of the prompt in what is said of it

/// Where the bracket at `begin` closes, or nothing.
std::optional<std::size_t> closing(std::string_view text, std::size_t begin) {
  const char open = text[begin], close = open == '(' ? ')' : ']';
  int depth = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == open) {
      ++depth;
    } else if (text[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::nullopt;
}

/// The number behind the last colon of `inside`, and what stands before it.
std::optional<std::pair<std::string_view, double>> withNumber(std::string_view inside) {
  const std::size_t colon = inside.rfind(':');
  if (colon == std::string_view::npos || (colon > 0 && inside[colon - 1] == '\\')) return std::nullopt;
  std::string_view number = inside.substr(colon + 1);
  while (number.starts_with(' ')) number.remove_prefix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  const std::optional<double> value = parsedNumber<double>(number);
  if (!value) return std::nullopt;
  return std::pair(inside.substr(0, colon), *value);
}

/// What is shown of `text`: no character is cut in two.
std::string_view beginning(std::string_view text) {
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  std::size_t end = std::min(text.size(), kShown);
  while (end > 0 && end < text.size() && continues(text[end])) --end;
  return text.substr(0, end);
}

class Reader {
 public:
  void read(std::string_view text, double weight) {
    // Also false for what is no number.
    if (!(weight >= 0 && weight <= kLargest)) {
      throw Error(
          HEIRLOOM_TEXT("prompt.weight", "a part of the prompt has a weight outside 0 to 10: %1")
              .with(oneLine(beginning(text))),
          HEIRLOOM_TEXT("prompt.weight.remedy",
                        "use weights near 1, such as (word:1.2), or write \\( and \\) where brackets are meant"));
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      const bool escapes = c == '\\' && i + 1 < text.size() && kSpecial.find(text[i + 1]) != std::string_view::npos;
      const auto close = c == '(' || c == '[' ? closing(text, i) : std::nullopt;
      if (escapes) {
        add(text[++i], weight);
      } else if (close) {
        const std::string_view inside = text.substr(i + 1, *close - i - 1);
        const auto number = c == '(' ? withNumber(inside) : std::nullopt;
        if (number) {
          read(number->first, weight * number->second);
        } else {
          read(inside, c == '(' ? weight * kStep : weight / kStep);
        }
        i = *close;
      } else {
        add(c, weight);
      }
    }
  }

  std::vector<WeightedText> texts;

 private:
  static constexpr std::string_view kSpecial = "()[]\\";

  void add(char c, double weight) {
    if (texts.empty() || texts.back().weight != weight) texts.push_back({{}, weight});
    texts.back().text += c;
  }
};

}  // namespace

std::vector<WeightedText> weightedTexts(std::string_view prompt) {
  Reader reader;
  reader.read(prompt, 1);
  return std::move(reader.texts);
}

}  // namespace heirloom::models
