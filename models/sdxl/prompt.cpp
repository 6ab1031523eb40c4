#include "models/sdxl/prompt.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/error.h"
#include "models/sdxl/emphasis.h"

namespace heirloom::models {
namespace {

struct Text {
  std::vector<std::int64_t> ids;
  std::vector<float> weights;
};

Text textOf(const ClipTokenizer& tokenizer, const std::string& prompt, bool emphasis) {
  Text text;
  const std::vector<WeightedText> parts = emphasis ? weightedTexts(prompt) : std::vector<WeightedText>{{prompt, 1}};
  for (const WeightedText& part : parts) {
    const std::vector<std::int64_t> ids = tokenizer.ids(part.text);
    text.ids.insert(text.ids.end(), ids.begin(), ids.end());
    text.weights.resize(text.ids.size(), static_cast<float>(part.weight));
  }
  return text;
}

void refuseIfLong(std::size_t tokens, std::size_t room) {
  if (tokens <= room) return;
  throw Error(HEIRLOOM_TEXT("prompt.long", "the prompt is too long: it has %1 tokens, %2 more than the network reads")
                  .with(std::to_string(tokens), std::to_string(tokens - room)),
              // By the label and the options of the setting, which a window shows as well as a terminal.
              HEIRLOOM_TEXT("prompt.long.remedy",
                            "shorten it, or choose chunk or cut under \"A prompt of more than 75 tokens\""));
}

bool isWeighted(const PromptTokens& tokens) {
  return (tokens.weights != 1).any().item<bool>();
}

}  // namespace

PromptTokens tokensOf(const ClipTokenizer& tokenizer, const std::string& prompt, std::int64_t length,
                      const PromptRules& rules, std::int64_t rows) {
  Text text = textOf(tokenizer, prompt, rules.emphasis);
  const auto room = static_cast<std::size_t>(length - 2);
  if (rules.longPrompt == LongPrompt::Refuse) refuseIfLong(text.ids.size(), room);
  if (rules.longPrompt == LongPrompt::Cut) {
    text.ids.resize(std::min(text.ids.size(), room));
    text.weights.resize(text.ids.size());
  }
  rows = std::max(rows, static_cast<std::int64_t>((text.ids.size() + room - 1) / room));
  PromptTokens tokens{at::full({rows, length}, tokenizer.padding(), at::kLong), at::ones({rows, length})};
  auto ids = tokens.ids.accessor<std::int64_t, 2>();
  auto weights = tokens.weights.accessor<float, 2>();
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::size_t begin = std::min(static_cast<std::size_t>(row) * room, text.ids.size());
    const std::size_t count = std::min(room, text.ids.size() - begin);
    ids[row][0] = tokenizer.begin();
    for (std::size_t i = 0; i < count; ++i) {
      ids[row][static_cast<std::int64_t>(i) + 1] = text.ids[begin + i];
      weights[row][static_cast<std::int64_t>(i) + 1] = text.weights[begin + i];
    }
    ids[row][static_cast<std::int64_t>(count) + 1] = tokenizer.end();
  }
  return tokens;
}

std::vector<TextConditioning> conditioned(std::vector<TextEncoder>& encoders, const std::vector<std::string>& prompts,
                                          const PromptRules& rules, const Checkpoint& checkpoint) {
  // Tokenisers may differ in how many tokens a prompt has, prompts always do.
  std::int64_t rows = 1;
  for (const TextEncoder& encoder : encoders) {
    for (const std::string& prompt : prompts)
      rows =
          std::max(rows, tokensOf(*encoder.tokenizer, prompt, encoder.network->config().positions, rules).ids.size(0));
  }
  std::vector<TextConditioning> results;
  for (const std::string& prompt : prompts) {
    std::vector<at::Tensor> beside;
    TextConditioning result;
    for (TextEncoder& encoder : encoders) {
      const std::int64_t length = encoder.network->config().positions;
      const PromptTokens tokens = tokensOf(*encoder.tokenizer, prompt, length, rules, rows);
      const ClipTextEncoding encoding = encoder.network->forward(tokens.ids, checkpoint);
      at::Tensor hidden = encoding.beforeLast.to(at::kFloat);
      if (isWeighted(tokens)) {
        const PromptTokens nothing = tokensOf(*encoder.tokenizer, "", length, rules);
        const at::Tensor base = encoder.network->forward(nothing.ids, checkpoint).beforeLast.to(at::kFloat);
        hidden = base + (hidden - base) * tokens.weights.to(hidden.device()).unsqueeze(2);
      }
      beside.push_back(hidden.flatten(0, 1).unsqueeze(0));
      result.pooled = encoding.pooled.narrow(0, 0, 1).to(at::kFloat);
    }
    result.tokens = at::cat(beside, 2);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace heirloom::models
