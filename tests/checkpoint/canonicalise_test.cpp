#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"
#include "tests/checkpoint/written_tree.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;
using testing::IsEmpty;

struct Result {
  std::vector<std::string> keys;
  std::vector<std::string> unwrapped;
};

Result canonical(const Tree& tree) {
  const StateDict weights = canonicalise(WrittenTree(tree).archive);
  Result result{.unwrapped = weights.unwrapped};
  for (const auto& entry : weights.entries()) result.keys.push_back(entry.first);
  return result;
}

const Dictionary kNet{{"b.weight", Tensor{}}, {"a.weight", Tensor{}}};

TEST(Canonicalise, leavesABareStateDictInItsOrder) {
  const Result found = canonical(kNet);
  EXPECT_THAT(found.keys, ElementsAre("b.weight", "a.weight"));
  EXPECT_THAT(found.unwrapped, IsEmpty());
}

TEST(Canonicalise, takesTheFirstOfTheKnownWrappings) {
  const Dictionary other{{"x", Tensor{}}};
  const std::vector<std::string> order{"model_state_dict", "state_dict", "params_ema", "params-ema",
                                       "params",           "model",      "net"};
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const Result found = canonical(Dictionary{{order[i + 1], other}, {order[i], kNet}, {"iter", Nothing{}}});
    EXPECT_THAT(found.keys, ElementsAre("b.weight", "a.weight")) << order[i];
    EXPECT_THAT(found.unwrapped, ElementsAre(order[i]));
  }
}

TEST(Canonicalise, ignoresAWrappingThatIsNoDictionary) {
  const Result found = canonical(Dictionary{{"state_dict", Nothing{}}, {"params", kNet}});
  EXPECT_THAT(found.unwrapped, ElementsAre("params"));
  // A tensor may well be called "model".
  EXPECT_THAT(canonical(Dictionary{{"model", Tensor{}}, {"x", Tensor{}}}).keys, ElementsAre("model", "x"));
}

TEST(Canonicalise, unwrapsADictionaryOfOneDictionary) {
  EXPECT_THAT(canonical(Dictionary{{"generator", kNet}}).unwrapped, ElementsAre("generator"));
  const Result found = canonical(Dictionary{{"params", Dictionary{{"g", kNet}}}, {"iter", Nothing{}}});
  EXPECT_THAT(found.keys, ElementsAre("b.weight", "a.weight"));
  EXPECT_THAT(found.unwrapped, ElementsAre("params", "g"));
}

TEST(Canonicalise, stripsPrefixesThatEveryKeyHas) {
  const Result parallel = canonical(Dictionary{{"module.a", Tensor{}}, {"module.b.module.c", Tensor{}}});
  EXPECT_THAT(parallel.keys, ElementsAre("a", "b.module.c"));
  EXPECT_THAT(parallel.unwrapped, ElementsAre("module."));
  const Result nested =
      canonical(Dictionary{{"_orig_mod.module.netG.a", Tensor{}}, {"_orig_mod.module.netG.b", Tensor{}}});
  EXPECT_THAT(nested.keys, ElementsAre("a", "b"));
  EXPECT_THAT(nested.unwrapped, ElementsAre("_orig_mod.", "module.", "netG."));
}

TEST(Canonicalise, keepsAPrefixThatOneKeyLacks) {
  EXPECT_THAT(canonical(Dictionary{{"module.a", Tensor{}}, {"b", Tensor{}}}).keys, ElementsAre("module.a", "b"));
  EXPECT_THAT(canonical(Dictionary{{"module.", Tensor{}}, {"module.b", Tensor{}}}).keys,
              ElementsAre("module.", "module.b"));
}

TEST(Canonicalise, dotsTheNamesOfNestedDictionaries) {
  Dictionary networks;
  for (int i = 0; i < 25; ++i) networks.emplace_back(std::to_string(i), Dictionary{{"model.0.weight", Tensor{}}});
  const Result found = canonical(networks);
  ASSERT_EQ(found.keys.size(), 25u);
  EXPECT_EQ(found.keys[24], "24.model.0.weight");
}

TEST(Canonicalise, refusesNamesThatMeetWhenDotted) {
  EXPECT_THROW(canonical(Dictionary{{"a", Dictionary{{"b", Tensor{}}}}, {"a.b", Tensor{}}}), Error);
}

TEST(Canonicalise, leavesOutWhatIsNoTensor) {
  EXPECT_THAT(canonical(Dictionary{{"x", Tensor{}}, {"epoch", Nothing{}}}).keys, ElementsAre("x"));
}

TEST(Canonicalise, givesABareTensorAnEmptyName) {
  EXPECT_THAT(canonical(Tensor{}).keys, ElementsAre(""));
}

TEST(Canonicalise, refusesAFileWithoutDictionary) {
  EXPECT_THROW(canonical(Nothing{}), Error);
}

TEST(StateDict, findsTensorsAndShapes) {
  const StateDict weights(nullptr, {{"a.weight", {.shape = {3, 4}}}, {"b", {}}});
  EXPECT_TRUE(weights.contains("a.weight"));
  EXPECT_FALSE(weights.contains("a"));
  EXPECT_THAT(weights.shape("a.weight"), ElementsAre(3, 4));
  EXPECT_THAT(weights.shape("missing"), IsEmpty());
}

TEST(StateDict, showsOneOfSeveralNetworks) {
  const StateDict weights(nullptr, {{"1.a", {.shape = {1}}}, {"10.a", {.shape = {10}}}, {"1.b", {.shape = {2}}}});
  const StateDict one = weights.under("1");
  ASSERT_EQ(one.entries().size(), 2u);
  EXPECT_THAT(one.shape("a"), ElementsAre(1));
  EXPECT_THAT(one.shape("b"), ElementsAre(2));
}

TEST(StateDict, refusesANameTwice) {
  EXPECT_THROW(StateDict(nullptr, {{"a", {}}, {"a", {}}}), std::invalid_argument);
}

}  // namespace
}  // namespace heirloom::models
