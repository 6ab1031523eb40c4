#include "models/common/utf8.h"

#include <utf8proc.h>

#include <array>

#include "models/common/error.h"

namespace heirloom::models {
std::u32string decoded(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t point = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (used <= 0) {
      throw Error(HEIRLOOM_TEXT("text.utf8", "the text is not valid UTF-8"),
                  HEIRLOOM_TEXT("text.utf8.remedy", "type it again, or convert it to UTF-8"));
    }
    points.push_back(static_cast<char32_t>(point));
    text.remove_prefix(static_cast<std::size_t>(used));
  }
  return points;
}

std::string encoded(std::u32string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (const char32_t point : text) {
    std::array<utf8proc_uint8_t, 4> buffer;
    const utf8proc_ssize_t used = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), buffer.data());
    bytes.append(reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(used));
  }
  return bytes;
}

}  // namespace heirloom::models
