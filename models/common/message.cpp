#include "models/common/message.h"

namespace heirloom {

std::string Message::english() const {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool placeholder = text[at] == '%' && at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9';
    const auto index = placeholder ? static_cast<std::size_t>(text[at + 1] - '1') : 0;
    if (placeholder && index < arguments.size()) {
      result += arguments[index];
      ++at;
    } else {
      result += text[at];
    }
  }
  return result;
}

}  // namespace heirloom
