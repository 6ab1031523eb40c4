#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/sdxl/clip_text.h"
#include "models/sdxl/tokenizer.h"

namespace heirloom::models {

/// What becomes of a prompt with more tokens than a text encoder reads.
enum class LongPrompt {
  Refuse,  // an Error that says how many too many there are
  Chunk,   // encoded in as many pieces as it takes, one behind the other
  Cut      // what is too much is left out: the reference's way
};

struct PromptRules {
  bool emphasis = false;  // (word:1.2) and its like are weights instead of characters
  LongPrompt longPrompt = LongPrompt::Cut;
  bool operator==(const PromptRules&) const = default;
};

/// What the UNet hears of a prompt.
struct TextConditioning {
  at::Tensor tokens;  // 1 L W: of both encoders, one beside the other
  at::Tensor pooled;  // 1 P: of the second one, of its first piece
};

/// A prompt's tokens for one encoder: begin, text, end and padding in each row.
struct PromptTokens {
  at::Tensor ids;      // int64 R L
  at::Tensor weights;  // float32 R L, 1 where nothing is weighted
};

/// `length`: tokens of a row, begin and end included. At least `rows` rows; rows beyond the prompt are those of an
/// empty one. Throws Error for a prompt that is no UTF-8 and, where the rules say so, for one that is too long.
PromptTokens tokensOf(const ClipTokenizer& tokenizer, const std::string& prompt, std::int64_t length,
                      const PromptRules& rules, std::int64_t rows = 1);

/// One tokeniser and its text encoder.
struct TextEncoder {
  std::shared_ptr<const ClipTokenizer> tokenizer;
  ClipText network{nullptr};
};

/// SDXL's text conditioning of several prompts, all with equally many tokens. A weighted token moves away from what an
/// empty prompt has in its place by its weight. `encoders`: SDXL's first and second; the second one projects.
std::vector<TextConditioning> conditioned(std::vector<TextEncoder>& encoders, const std::vector<std::string>& prompts,
                                          const PromptRules& rules, const Checkpoint& checkpoint = {});

}  // namespace heirloom::models
