// Files of more than one network: what is in them, and which of two goes first.

#include "models/checkpoint/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/common/error.h"
#include "tests/checkpoint/written_tree.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;
using testing::IsEmpty;

const Dictionary kNetwork{{"a.weight", Tensor{}}, {"b.weight", Tensor{1}}};
const Dictionary kOther{{"c.weight", Tensor{}}};
const Dictionary kOptimizer{{"state", Dictionary{{"0", Dictionary{{"exp_avg", Tensor{}}}}}},
                            {"param_groups", Nothing{}}};

std::vector<std::string> keysOf(const StateDict& tensors) {
  std::vector<std::string> keys;
  for (const auto& entry : tensors.entries()) keys.push_back(entry.first);
  return keys;
}

std::vector<std::string> partNames(const Tree& tree) {
  const WrittenTree file(tree);
  std::vector<std::string> names;
  for (const Part& part : partsOf(file.archive)) names.push_back(part.name);
  return names;
}

std::vector<std::string> takenOff(const Tree& tree) {
  return preferredWeights(WrittenTree(tree).archive).unwrapped;
}

TEST(AveragedName, speaksOfAnAverageAsAWordOfItsOwn) {
  EXPECT_EQ(averagedName("netG_ema"), "netG");
  EXPECT_EQ(averagedName("params-ema"), "params");
  EXPECT_EQ(averagedName("ema_model"), "model");
  EXPECT_EQ(averagedName("state_dict_ema"), "state_dict");
  EXPECT_EQ(averagedName("model_ema_state_dict"), "model_state_dict");
  EXPECT_EQ(averagedName("ema"), "");
  EXPECT_EQ(averagedName("params"), std::nullopt);
  EXPECT_EQ(averagedName("schema"), std::nullopt);
  EXPECT_EQ(averagedName("cinema_model"), std::nullopt);
  EXPECT_EQ(averagedName(""), std::nullopt);
}

TEST(PreferredWeights, areTheMovingAverageWhereThereIsOne) {
  for (const char* name : {"state_dict_ema", "ema", "ema_state_dict", "model_ema", "params_ema"}) {
    EXPECT_THAT(takenOff(Dictionary{{"state_dict", kNetwork}, {name, kNetwork}}), ElementsAre(name));
    EXPECT_THAT(takenOff(Dictionary{{name, kNetwork}, {"model", kNetwork}, {"optimizer", kOptimizer}}),
                ElementsAre(name));
  }
  // Whatever lies around it.
  EXPECT_THAT(takenOff(Dictionary{{"model", kNetwork}, {"ema", Dictionary{{"shadow", kNetwork}}}}),
              ElementsAre("ema", "shadow"));
}

TEST(PreferredWeights, areNotThoseOfAnotherNetwork) {
  EXPECT_THAT(takenOff(Dictionary{{"state_dict", kNetwork}, {"ema", kOther}}), ElementsAre("state_dict"));
  EXPECT_THAT(takenOff(Dictionary{{"state_dict", kNetwork},
                                  {"ema", Dictionary{{"a.weight", Tensor{1}}, {"b.weight", Tensor{1}}}}}),
              ElementsAre("state_dict"));
  EXPECT_THAT(takenOff(Dictionary{{"state_dict", kNetwork}, {"ema", Dictionary{{"decay", Nothing{}}}}}),
              ElementsAre("state_dict"));
  EXPECT_THAT(takenOff(Dictionary{{"state_dict", kNetwork}, {"ema", Nothing{}}}), ElementsAre("state_dict"));
  EXPECT_THAT(takenOff(kNetwork), IsEmpty());
}

TEST(Parts, areTheDictionariesOfTensors) {
  const WrittenTree file(Dictionary{{"netG", kNetwork}, {"epoch", Nothing{}}, {"netD", kOther}});
  const std::vector<Part> parts = partsOf(file.archive);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "netG");
  EXPECT_THAT(keysOf(parts[0].tensors), ElementsAre("a.weight", "b.weight"));
  EXPECT_THAT(parts[0].tensors.unwrapped, ElementsAre("netG"));
  EXPECT_EQ(parts[1].name, "netD");
  EXPECT_THAT(keysOf(parts[1].tensors), ElementsAre("c.weight"));
}

TEST(Parts, lieWithinOthersToo) {
  EXPECT_THAT(partNames(Dictionary{{"state_dict", Dictionary{{"x", kNetwork}, {"y", kOther}}}, {"iter", Nothing{}}}),
              ElementsAre("state_dict", "state_dict.x", "state_dict.y"));
}

TEST(Parts, haveTheirOwnWrappingTakenOff) {
  const WrittenTree file(Dictionary{
      {"one", Dictionary{{"params", Dictionary{{"module.a", Tensor{}}}}, {"iter", Nothing{}}}}, {"two", kOther}});
  const std::vector<Part> parts = partsOf(file.archive);
  EXPECT_THAT(keysOf(parts[0].tensors), ElementsAre("a"));
  EXPECT_THAT(parts[0].tensors.unwrapped, ElementsAre("one", "params", "module."));
}

TEST(Parts, areWhatBeginsAsTrainingProgramsNameNetworks) {
  const Dictionary flat{{"generator.a", Tensor{}},
                        {"generator_ema.a", Tensor{1}},
                        {"discriminator.a", Tensor{}},
                        {"step_counter", Tensor{}},
                        {"layers.0", Tensor{}}};
  const WrittenTree file(Dictionary{{"state_dict", flat}, {"epoch", Nothing{}}});
  const std::vector<Part> parts = partsOf(file.archive);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].name, "state_dict");
  EXPECT_EQ(parts[1].name, "state_dict.generator");
  EXPECT_THAT(keysOf(parts[1].tensors), ElementsAre("a"));
  EXPECT_EQ(parts[2].name, "state_dict.generator_ema");
  EXPECT_THAT(keysOf(parts[2].tensors), ElementsAre("a"));
  // Each once, whatever is wrapped around them.
  EXPECT_THAT(partNames(flat), ElementsAre("generator", "generator_ema"));
}

TEST(Parts, areNoStatesOfOptimizers) {
  EXPECT_THAT(partNames(Dictionary{
                  {"net_g", kNetwork}, {"optimizer_g", kOptimizer}, {"lr_sched", kOptimizer}, {"adam", kOptimizer}}),
              ElementsAre("net_g"));
}

TEST(Parts, areNoModulesOfTorchScript) {
  for (const NamedBytes& good : goodFiles()) {
    if (good.name != "torchscript.pt") continue;
    const auto parts = partsOf(Archive::parse(asBytes(good.bytes), good.name));
    // "model.weight": a network within a wrapper's module, perhaps.
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].name, "model");
    EXPECT_THAT(keysOf(parts[0].tensors), ElementsAre("weight"));
  }
}

TEST(Parts, areNotWithoutEnd) {
  Dictionary many;
  for (int i = 0; i < 500; ++i) many.emplace_back(std::to_string(i), kNetwork);
  EXPECT_EQ(partNames(many).size(), kMostParts);
}

}  // namespace
}  // namespace heirloom::models
