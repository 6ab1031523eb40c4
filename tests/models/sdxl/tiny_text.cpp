#include "tests/models/sdxl/tiny_text.h"

#include <nlohmann/json.hpp>

#include "models/common/utf8.h"

namespace heirloom::tests {

std::string tinyVocabulary() {
  nlohmann::json words = nlohmann::json::object();
  char32_t beyond = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool prints = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    const char32_t point = prints ? static_cast<char32_t>(byte) : beyond++;
    const std::string token = models::encoded(std::u32string_view(&point, 1));
    words[token] = byte;
    words[token + "</w>"] = 256 + byte;
  }
  words["<|startoftext|>"] = 512;
  words["<|endoftext|>"] = 513;
  return words.dump();
}

std::vector<models::TextEncoder> tinyTextEncoders() {
  using namespace models;
  const auto tokenizer = [](const char* padding) {
    return std::make_shared<const ClipTokenizer>(tinyVocabulary(), kTinyMerges, padding);
  };
  return {{tokenizer("<|endoftext|>"), ClipText(kTinyText1)}, {tokenizer("!"), ClipText(kTinyText2)}};
}

}  // namespace heirloom::tests
