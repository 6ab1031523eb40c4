#include "core/recipe/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <fstream>

#include "models/common/error.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

void expectRefusal(const std::string& yaml, const std::string& part) {
  try {
    parseRecipe(yaml, "my recipe.yaml");
    ADD_FAILURE() << "accepted: " << yaml;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(part)) << yaml;
    EXPECT_THAT(error.what(), HasSubstr("my recipe.yaml"));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(Recipe, comesBackFromYamlAsItWas) {
  const Recipe recipe{{{"heirloom-denoise", {{"noise_level", "12.5"}, {"text", "a: \"b\"\n# c"}}, 0.35},
                       {"/models/with space/net 25.pth", {}, 1},
                       {"yes", {{"1", "no"}}, 1.0 / 3, "a \"mask\": 1.png"}}};
  EXPECT_EQ(parseRecipe(toYaml(recipe), "round trip"), recipe);
}

TEST(Recipe, goesOnWithOtherWordsAndTheSameSizes) {
  const Step before{"paint", {{"prompt", "a lake"}, {"seed", "7"}, {"blend", "other:0.5"}}, 1};
  const Step now{"paint", {{"prompt", "a wood"}, {"seed", "8"}, {"steps", "50"}, {"guidance", "3"}}, 0.5, "sky.png"};
  EXPECT_EQ(
      goingOn(before, now, {"seed", "steps"}),
      (Step{
          "paint", {{"prompt", "a wood"}, {"seed", "7"}, {"guidance", "3"}, {"blend", "other:0.5"}}, 0.5, "sky.png"}));
}

TEST(Recipe, isReadAsPeopleWriteIt) {
  const Recipe recipe = parseRecipe(
      "version: 1\nsteps:\n  - model: dncnn_25\n    settings: {noise_level: 15}\n    mask: masks/sky.png\n"
      "  - model: x4\n    strength: 0.5\n",
      "typed");
  const Recipe expected{{{"dncnn_25", {{"noise_level", "15"}}, 1, "masks/sky.png"}, {"x4", {}, 0.5}}};
  EXPECT_EQ(recipe, expected);
}

TEST(Recipe, refusesWhatItDoesNotKnowAndNamesTheLine) {
  expectRefusal("version: 1\nsteps:\n  - model: a\n    strenght: 0.5\n", "line 4: unknown key 'strenght'");
  expectRefusal("version: 1\ncolour: red\nsteps: [{model: a}]\n", "line 2: unknown key 'colour'");
  expectRefusal("version: 2\nsteps: [{model: a}]\n", "only recipes of version 1");
  expectRefusal("steps: [{model: a}]\n", "only recipes of version 1");
  expectRefusal("version: 1\n", "`steps` must be a list");
  expectRefusal("version: 1\nsteps: []\n", "`steps` must be a list");
  expectRefusal("version: 1\nsteps: [{strength: 1}]\n", "must name its `model`");
  expectRefusal("version: 1\nsteps: [{model: [a]}]\n", "must name its `model`");
  expectRefusal("version: 1\nsteps: [{model: a, model: b}]\n", "twice");
  expectRefusal("version: 1\nsteps: [{model: a, settings: [1]}]\n", "names with values");
  expectRefusal("version: 1\nsteps: [{model: a, mask: [b.png]}]\n", "`mask` must name a grey picture");
  expectRefusal("version: 1\nsteps: [{model: a, mask: ''}]\n", "`mask` must name a grey picture");
  expectRefusal("version: 1\nsteps: [a\n", "not YAML");
  expectRefusal("just words", "one YAML document");
  expectRefusal("", "one YAML document");
  expectRefusal("version: 1\nsteps: [{model: a}]\n---\nversion: 1\n", "one YAML document");
}

TEST(Recipe, refusesStrengthsOutsideTheirRange) {
  for (const char* strength : {"1.01", "-0.1", "nan", "half", "0,5", "1e999", "''"}) {
    expectRefusal(std::string("version: 1\nsteps:\n- {model: a, strength: ") + strength + "}\n", "line 3");
  }
}

TEST(Recipe, numbersHaveADecimalPointInEveryLocale) {
  const char* before = std::setlocale(LC_ALL, nullptr);
  const std::string old = before ? before : "C";
  for (const char* locale : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale)) break;
  }
  const std::string yaml = toYaml({{{"a", {}, 0.25}}});
  const Recipe read = parseRecipe(yaml, "locale");
  std::setlocale(LC_ALL, old.c_str());
  EXPECT_THAT(yaml, HasSubstr("0.25"));
  EXPECT_EQ(read.steps.front().strength, 0.25);
}

TEST(Recipe, whatARunHadBeforeIsSaidInComments) {
  const Step now{"a", {{"prompt", "a lake"}, {"seed", "7"}, {"steps", "6"}}, 1};
  EXPECT_EQ(commentsOn({}, now), "");
  const std::vector<EarlierPart> earlier = {
      {2, {{"guidance", "5"}, {"prompt", "a \"wood\"\nversion: 2"}, {"steps", "6"}}}, {4, now.settings}};
  const std::string comments = commentsOn(earlier, now);
  EXPECT_EQ(comments,
            "# up to step 2 it ran with other settings:\n"
            "#   guidance: \"5\"\n"
            "#   prompt: \"a \\\"wood\\\"\\nversion: 2\"\n"
            "#   seed: its default\n"
            "# up to step 4 it ran with these settings\n");
  const Recipe recipe{{now}};
  EXPECT_EQ(parseRecipe(comments + toYaml(recipe), "commented"), recipe);
}

TEST(Recipe, whereAndHowItWasComputedIsSaidInAComment) {
  EXPECT_EQ(commentOn({}), "");
  EXPECT_EQ(commentOn({"float32 on cpu"}), "# computed in float32 on cpu\n");
  const std::string comment = commentOn({"float32 on cpu", "bfloat16 on cuda"});
  EXPECT_EQ(comment, "# computed in float32 on cpu, bfloat16 on cuda\n");
  const Recipe recipe{{{"a", {}, 1}}};
  EXPECT_EQ(parseRecipe(comment + toYaml(recipe), "commented"), recipe);
}

TEST(Recipe, filesAreReadAndMissingOnesNamed) {
  const tests::TemporaryFolder folder;
  std::ofstream(folder / "a.yaml") << "version: 1\nsteps: [{model: a}]\n";
  EXPECT_EQ(readRecipe(folder / "a.yaml").steps.front().model, "a");
  EXPECT_THROW(readRecipe(folder / "b.yaml"), Error);
}

}  // namespace
}  // namespace heirloom::core
