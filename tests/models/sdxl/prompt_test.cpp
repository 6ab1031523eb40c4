// Weights within a prompt, and prompts longer than a text encoder reads.

#include "models/sdxl/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/error.h"
#include "models/common/random_weights.h"
#include "models/common/utf8.h"
#include "models/sdxl/emphasis.h"
#include "tests/models/sdxl/tiny_text.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;

using Parts = std::vector<WeightedText>;

TEST(Emphasis, bracketsWeighTheirWords) {
  EXPECT_EQ(weightedTexts("a cat"), (Parts{{"a cat", 1}}));
  EXPECT_EQ(weightedTexts("a (cat) b"), (Parts{{"a ", 1}, {"cat", 1.1}, {" b", 1}}));
  EXPECT_EQ(weightedTexts("(cat:1.5)"), (Parts{{"cat", 1.5}}));
  EXPECT_EQ(weightedTexts("(cat: 0.5 )[b]"), (Parts{{"cat", 0.5}, {"b", 1 / 1.1}}));
  EXPECT_EQ(weightedTexts("(a (b:2):3)"), (Parts{{"a ", 3}, {"b", 6}}));
  EXPECT_EQ(weightedTexts(""), Parts{});
}

TEST(Emphasis, otherBracketsAndEscapesAreCharacters) {
  EXPECT_EQ(weightedTexts("a smile :)"), (Parts{{"a smile :)", 1}}));
  EXPECT_EQ(weightedTexts("(((a"), (Parts{{"(((a", 1}}));
  EXPECT_EQ(weightedTexts(R"(\(a\) \[b\] c\\d e\f)"), (Parts{{R"((a) [b] c\d e\f)", 1}}));
  EXPECT_EQ(weightedTexts("(a:b)"), (Parts{{"a:b", 1.1}}));
  EXPECT_EQ(weightedTexts("[a:2]"), (Parts{{"a:2", 1 / 1.1}}));
}

TEST(Emphasis, bracketsThatWereMeantAsSuchAreToldApartInWords) {
  try {
    weightedTexts("a train (at 12:30)");
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("outside 0 to 10: at 12"), HasSubstr("write \\( and \\)")));
  }
  EXPECT_EQ(weightedTexts("a train \\(at 12:30\\)"), (Parts{{"a train (at 12:30)", 1}}));
}

TEST(Emphasis, whatIsSaidOfALongPartCutsNoCharacter) {
  for (const char* before : {"", "a"}) {
    std::string prompt = "(" + std::string(before);
    for (int i = 0; i < 30; ++i) prompt += "ä";
    try {
      weightedTexts(prompt + ":11)");
      FAIL() << "taken";
    } catch (const Error& error) {
      EXPECT_NO_THROW(decoded(error.what()));
      EXPECT_THAT(error.what(), HasSubstr(": " + std::string(before) + "ää"));
    }
  }
}

TEST(Emphasis, impossibleWeightsAreRefused) {
  for (const char* prompt : {"(a:-1)", "(a:1e300)", "(a:nan)", "(a:11)", "(a:inf)"}) {
    EXPECT_THROW(weightedTexts(prompt), Error) << prompt;
  }
  EXPECT_THROW(weightedTexts(std::string(2000, '(') + "a" + std::string(2000, ')')), Error);
}

std::vector<std::int64_t> row(const PromptTokens& tokens, std::int64_t index) {
  const at::Tensor ids = tokens.ids[index].contiguous();
  return {ids.const_data_ptr<std::int64_t>(), ids.const_data_ptr<std::int64_t>() + ids.numel()};
}

class LongPrompts : public testing::Test {
 protected:
  const ClipTokenizer tokenizer{tinyVocabulary(), kTinyMerges, "<|endoftext|>"};
  const std::int64_t begin = tokenizer.begin(), end = tokenizer.end();
  const std::int64_t a = tokenizer.ids("a").front(), b = tokenizer.ids("b").front();
  const torch::NoGradGuard noGrad;
};

TEST_F(LongPrompts, areCutInPiecesOrRefusedAsTheRulesSay) {
  using Ids = std::vector<std::int64_t>;
  const std::string prompt = "a a a b b";
  const PromptTokens cut = tokensOf(tokenizer, prompt, 5, {.longPrompt = LongPrompt::Cut});
  EXPECT_EQ(cut.ids.size(0), 1);
  EXPECT_EQ(row(cut, 0), (Ids{begin, a, a, a, end}));
  const PromptTokens pieces = tokensOf(tokenizer, prompt, 5, {.longPrompt = LongPrompt::Chunk});
  EXPECT_EQ(pieces.ids.size(0), 2);
  EXPECT_EQ(row(pieces, 0), (Ids{begin, a, a, a, end}));
  EXPECT_EQ(row(pieces, 1), (Ids{begin, b, b, end, end}));
  try {
    tokensOf(tokenizer, prompt, 5, {.longPrompt = LongPrompt::Refuse});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("5 tokens, 2 more"));
  }
  EXPECT_EQ(tokensOf(tokenizer, "a a a", 5, {.longPrompt = LongPrompt::Refuse}).ids.size(0), 1);
}

TEST_F(LongPrompts, weightsStandBesideTheirTokens) {
  const PromptTokens tokens = tokensOf(tokenizer, "a (b:1.5) a", 6, {.emphasis = true});
  EXPECT_TRUE(at::allclose(tokens.weights, at::tensor({1.0F, 1.0F, 1.5F, 1.0F, 1.0F, 1.0F}).unsqueeze(0)));
  const PromptTokens literal = tokensOf(tokenizer, "(b:1.5)", 12, {});
  EXPECT_TRUE((literal.weights == 1).all().item<bool>());
}

TEST_F(LongPrompts, promptsOfOneRunHaveEquallyManyTokens) {
  std::vector<TextEncoder> encoders = tinyTextEncoders();
  for (TextEncoder& encoder : encoders) randomise(*encoder.network);
  const std::int64_t length = encoders.front().network->config().positions;
  std::string many;
  for (std::int64_t i = 0; i < 2 * length; ++i) many += "a ";
  const auto both = conditioned(encoders, {"b", many}, {.longPrompt = LongPrompt::Chunk});
  EXPECT_EQ(both[0].tokens.sizes(), both[1].tokens.sizes());
  EXPECT_EQ(both[0].tokens.size(1), 3 * length);
  const auto alone = conditioned(encoders, {"b"}, {});
  EXPECT_EQ(alone[0].tokens.size(1), length);
  EXPECT_TRUE(at::allclose(both[0].tokens.narrow(1, 0, length), alone[0].tokens, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(both[0].pooled, alone[0].pooled, 1e-4, 1e-5));
}

TEST_F(LongPrompts, aWeightMovesItsTokenAwayFromNothing) {
  std::vector<TextEncoder> encoders = tinyTextEncoders();
  for (TextEncoder& encoder : encoders) randomise(*encoder.network);
  const auto tokens = [&](const char* prompt) {
    return conditioned(encoders, {prompt}, {.emphasis = true}).front().tokens;
  };
  const at::Tensor plain = tokens("a b"), heavy = tokens("a (b:2)"), none = tokens("a (b:0)"), empty = tokens("");
  EXPECT_TRUE(at::allclose(heavy[0][1], plain[0][1]));
  EXPECT_TRUE(at::allclose(heavy[0][2] - plain[0][2], plain[0][2] - empty[0][2], 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(none[0][2], empty[0][2], 1e-4, 1e-5));
}

}  // namespace
}  // namespace heirloom::tests
