// `restore` with networks that invent: words, seeds, and what the result remembers of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "tests/cli/workbench.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/restorevar/tiny_folder.h"

namespace heirloom::tests {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(Restore, takesWordsAndSeedOfANetworkThatListensToThem) {
  picture("photo.png");
  writeTinyInstantIr(folder_ / "tiny");
  const std::vector<std::string> quick = {"restore", "photo.png", "-m",          "tiny",  "--sidecar",   "--set",
                                          "steps=1", "--set",     "min_side=64", "--set", "max_side=128"};
  std::vector<std::string> told = quick;
  for (const char* more : {"-o", "told.png", "--prompt", "a lake", "--negative-prompt", "fog", "--seed", "7"})
    told.emplace_back(more);
  const Ended ended = run(told);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::map<std::string, std::string> settings =
      core::readRecipe(folder_ / "told.heirloom.yaml").steps.front().settings;
  EXPECT_EQ(settings.at("prompt"), "a lake");
  EXPECT_EQ(settings.at("negative_prompt"), "fog");
  EXPECT_EQ(settings.at("seed"), "7");
  EXPECT_THAT(restore({"photo.png", "--prompt", "a lake"}).err, isOneLineAbout("no setting named prompt"));
}

/// What was not said counts as well: the photo tells how it came about.
TEST_F(Restore, aGeneratedPhotoKnowsHowItIsRepeated) {
  picture("photo.png");
  writeTinyInstantIr(folder_ / "tiny");
  const Ended ended = run({"restore", "photo.png", "-m", "tiny", "-o", "first.png", "--set", "steps=1", "--set",
                           "min_side=64", "--set", "max_side=128", "--set", "long_prompt=cut", "--set", "size=auto"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const core::Metadata metadata = core::readPhoto(folder_ / "first.png").metadata;
  EXPECT_THAT(metadata.xmp, HasSubstr("compositeWithTrainedAlgorithmicMedia"));
  const std::string yaml = core::embeddedRecipe(metadata);
  const std::map<std::string, std::string> settings = core::parseRecipe(yaml, "first.png").steps.front().settings;
  EXPECT_FALSE(settings.at("prompt").empty());
  EXPECT_FALSE(settings.at("negative_prompt").empty());
  EXPECT_EQ(settings.at("seed"), "42");
  EXPECT_EQ(settings.at("steps"), "1");
  EXPECT_EQ(settings.at("guidance"), "7");
  EXPECT_EQ(settings.at("size"), "whole");
  EXPECT_EQ(settings.at("detail"), "0.5");  // of photos
  writeBytes(folder_ / "again.yaml", yaml);
  const Ended again = run({"restore", "photo.png", "--recipe", "again.yaml", "-o", "again.png"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(core::embeddedRecipe(core::readPhoto(folder_ / "again.png").metadata), yaml);
  EXPECT_EQ(run({"compare", "first.png", "again.png", "--json"}).json()["items"][0]["equal"], true);
}

/// Which precision is the usual one depends on the processor.
TEST_F(Restore, aGeneratedPhotoKnowsItsPrecision) {
  picture("photo.png");
  writeTinyRestoreVar(folder_ / "tiny");
  for (const std::string& precision : {std::string("float32"), std::string("bfloat16")}) {
    const std::string stem = "in_" + precision;
    const Ended ended = run({"restore", "photo.png", "-m", "tiny", "-o", stem + ".png", "--device", "cpu", "--dtype",
                             precision, "--sidecar"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const std::string yaml = core::embeddedRecipe(core::readPhoto(folder_ / (stem + ".png")).metadata);
    EXPECT_THAT(yaml, StartsWith("# computed in " + precision + " on cpu\n"));
    EXPECT_EQ(bytesOf(folder_ / (stem + ".heirloom.yaml")), yaml);
    EXPECT_THAT(run({"info", stem + ".png", "-v"}).out, HasSubstr("# computed in " + precision + " on cpu"));
    const Ended again = run({"restore", "photo.png", "--recipe", stem + ".heirloom.yaml", "-o",
                             "again_" + stem + ".png", "--device", "cpu", "--dtype", precision});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(core::embeddedRecipe(core::readPhoto(folder_ / ("again_" + stem + ".png")).metadata), yaml);
  }
}

TEST_F(Restore, scalesOfTokensRestorePhotosOfAllKinds) {
  writeTinyRestoreVar(folder_ / "tiny");
  picture("colour.png", {.width = 90, .height = 70});
  picture("grey.png", {.model = core::ColourModel::Grey});
  picture("alpha.png", {.alpha = true, .type = core::SampleType::UInt16});
  const Ended ended =
      run({"restore", "-m", "tiny", "colour.png", "grey.png", "alpha.png", "-o", "out", "--template", "{name}.{ext}"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* name : {"colour.png", "grey.png", "alpha.png"}) {
    const core::Photo source = core::readPhoto(folder_ / name), result = core::readPhoto(folder_ / "out" / name);
    EXPECT_EQ(result.raster->layout(), source.raster->layout()) << name;
    EXPECT_THAT(result.metadata.xmp, HasSubstr("compositeWithTrainedAlgorithmicMedia")) << name;
    EXPECT_NE(firstSample(folder_ / "out" / name), firstSample(folder_ / name)) << name;
  }
  const auto settings = [&](const char* name) {
    const core::Metadata metadata = core::readPhoto(folder_ / "out" / name).metadata;
    return core::parseRecipe(core::embeddedRecipe(metadata), name).steps.front().settings;
  };
  EXPECT_EQ(settings("colour.png").at("size"), "square");
  EXPECT_EQ(settings("grey.png").at("size"), "tiles");  // one tile
  EXPECT_EQ(settings("grey.png").at("seed"), "0");
}

/// Codes are drawn, so that a seed or a probability that is lost would show.
TEST_F(Restore, aPhotoOfDrawnTokensIsRepeatedByItsRecipe) {
  picture("photo.png", {.width = 90, .height = 70});
  writeTinyRestoreVar(folder_ / "tiny");
  std::vector<std::string> told = {"restore", "photo.png", "-m", "tiny", "-o", "first.png", "--seed", "7"};
  for (const char* more : {"--set", "tokens=drawn", "--set", "top_k=20", "--set", "temperature=1.5"})
    told.emplace_back(more);
  const Ended ended = run(told);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string yaml = core::embeddedRecipe(core::readPhoto(folder_ / "first.png").metadata);
  const std::map<std::string, std::string> settings = core::parseRecipe(yaml, "first.png").steps.front().settings;
  EXPECT_EQ(settings.at("seed"), "7");
  EXPECT_EQ(settings.at("tokens"), "drawn");
  EXPECT_EQ(settings.at("refine"), "true");  // what was not said counts as well
  EXPECT_NE(settings.at("size"), "auto");
  writeBytes(folder_ / "again.yaml", yaml);
  const Ended again = run({"restore", "photo.png", "--recipe", "again.yaml", "-o", "again.png"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(core::embeddedRecipe(core::readPhoto(folder_ / "again.png").metadata), yaml);
  const auto isTheFirst = [&](const char* result) {
    return run({"compare", "first.png", result, "--json"}).json()["items"][0]["equal"].get<bool>();
  };
  EXPECT_TRUE(isTheFirst("again.png"));
  core::Recipe other = core::parseRecipe(yaml, "first.png");
  other.steps.front().settings["seed"] = "8";
  writeBytes(folder_ / "other.yaml", core::toYaml(other));
  ASSERT_EQ(run({"restore", "photo.png", "--recipe", "other.yaml", "-o", "other.png"}).code, 0);
  EXPECT_FALSE(isTheFirst("other.png"));
}

TEST_F(Restore, saysOnDemandHowDamagedADiffusionFindsThePhoto) {
  picture("photo.png");
  writeTinyInstantIr(folder_ / "tiny");
  std::vector<std::string> told = {"restore", "photo.png",         "-m", "tiny", "--prompt",
                                   "a lake",  "--negative-prompt", "fog"};
  for (const char* more : {"--set", "steps=3", "--set", "min_side=64", "--set", "max_side=128"})
    told.emplace_back(more);
  const Ended quiet = run(told);
  ASSERT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_THAT(quiet.out, Not(HasSubstr("damage")));
  told.insert(told.end(), {"-o", "again.png", "-v"});
  EXPECT_THAT(run(told).out, ContainsRegex("\n  estimated damage: (light|medium|heavy) \\([0-9]+\\.[0-9][0-9]\\)\n"));
}

TEST_F(Restore, saysOnDemandHowADiffusionHoldsItsNetworks) {
  picture("photo.png");
  writeTinyInstantIr(folder_ / "tiny");
  std::vector<std::string> told = {
      "restore", "photo.png",   "-m",    "tiny",         "--prompt",          "a lake", "--set",    "steps=1",
      "--set",   "min_side=64", "--set", "max_side=128", "--negative-prompt", "fog",    "--device", "cpu"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), told.begin(), told.end());
    const Ended ended = run(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended;
  };
  EXPECT_THAT(with({"-o", "quiet.png"}).out, Not(HasSubstr("on cpu")));
  EXPECT_THAT(with({"-o", "resident.png", "--set", "weights=resident", "-v"}).out,
              HasSubstr("on cpu (all networks stay in memory"));
  EXPECT_THAT(with({"-o", "streamed.png", "--set", "weights=streamed", "-v"}).out,
              HasSubstr("on cpu (the networks are read block by block)"));
  EXPECT_EQ(with({"-o", "json.png", "--set", "weights=offloaded", "--json"}).json()["items"][0]["weights"],
            "encoders and autoencoder come and go");
}

}  // namespace
}  // namespace heirloom::tests
