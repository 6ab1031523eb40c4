#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace heirloom::models {

/// The number that `text` is from its beginning to its end, a plus before it or not, whatever the locale; nothing where
/// it is none, or more than Number holds.
template <typename Number>
std::optional<Number> parsedNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace heirloom::models
