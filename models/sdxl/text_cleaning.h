#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heirloom::models {

/// The words of a prompt as BERT's basic tokeniser leaves them for CLIP: control characters dropped, every Chinese
/// character a word of its own, composed (Unicode NFC), split at white space, in lower case by Python's rules.
std::vector<std::u32string> cleanedWords(std::u32string_view text);

/// What CLIP encodes a cleaned word in: runs of letters, single digits, runs of anything else. The names of the begin
/// and the end and contractions ("'s" and its like) come before these.
std::vector<std::u32string> pieces(std::u32string_view word);

}  // namespace heirloom::models
