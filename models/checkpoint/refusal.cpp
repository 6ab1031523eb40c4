#include "models/checkpoint/refusal.h"

#include <utility>

namespace heirloom::models {
namespace {

constexpr std::size_t kShownCharacters = 64;

/// Bytes of the well-formed UTF-8 character that `text` starts with (RFC 3629), 0 where it starts with none.
std::size_t characterLength(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
  const auto follows = [&](std::size_t at) { return (byte(at) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) > 0x8f;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

Error damaged(Message fault) {
  return Error(std::move(fault),
               HEIRLOOM_TEXT("checkpoint.remedy.damaged", "the file is damaged or not whole: download it again"));
}

Error untrustworthy(Message fault) {
  return Error(std::move(fault), HEIRLOOM_TEXT("checkpoint.remedy.untrustworthy",
                                               "do not trust this file: get it again from who published it"));
}

Error unsupported(Message fault) {
  return Error(std::move(fault), HEIRLOOM_TEXT("checkpoint.remedy.unsupported",
                                               "save its state dict again with a current PyTorch, or as .safetensors"));
}

Error unsupportedType(std::string_view type) {
  const bool small = type.starts_with("F8") || type.starts_with("F4") || type.starts_with("F6") ||
                     type.starts_with("float8") || type.starts_with("float4") || type.starts_with("Float8");
  return Error((small ? HEIRLOOM_TEXT("checkpoint.dtype.small", "its numbers have fewer than 16 bits (%1)")
                      : HEIRLOOM_TEXT("checkpoint.dtype.unknown", "its numbers are of the type %1, which is not read"))
                   .with(printable(type)),
               HEIRLOOM_TEXT("checkpoint.dtype.remedy", "save the weights as float32, float16 or bfloat16"));
}

std::string printable(std::string_view text) {
  std::string shown;
  std::size_t characters = 0;
  while (!text.empty()) {
    if (characters++ == kShownCharacters) return shown + "...";
    const std::size_t length = characterLength(text);
    const bool control = length == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f);
    if (length == 0 || control) {
      shown += '?';
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return shown;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = characterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace heirloom::models
