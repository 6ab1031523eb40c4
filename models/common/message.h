#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heirloom {

/// A sentence for a person, made below Qt: a stable id, the English text with %1, %2, ... and what stands in their
/// place. `ui` translates `text` in the Qt context `id`; programs without Qt print `english()`.
struct Message {
  std::string id;
  std::string text;
  std::vector<std::string> arguments;

  /// This message with its next placeholders filled.
  template <typename... Arguments>
  [[nodiscard]] Message with(Arguments&&... values) const {
    Message filled = *this;
    (filled.arguments.emplace_back(std::forward<Arguments>(values)), ...);
    return filled;
  }

  [[nodiscard]] std::string english() const;
  [[nodiscard]] bool empty() const { return text.empty(); }
  bool operator==(const Message&) const = default;
};

}  // namespace heirloom

/// Marks a text for lupdate (as QT_TRANSLATE_NOOP does) and makes the Message. Both arguments must be literals.
#define HEIRLOOM_TEXT(id, text) \
  ::heirloom::Message {         \
    id, text, {}                \
  }
