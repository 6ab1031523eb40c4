#include "core/engine/held_network.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "core/engine/run.h"
#include "core/photo/memory.h"
#include "models/common/kept_networks.h"
#include "tests/core/support/checkpoints.h"
#include "tests/core/support/photos.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zeroed_weights.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;
using tests::recipeOf;

constexpr std::uint64_t kGigabyte = 1'000'000'000;

Room roomOf(std::uint64_t gigabytes) {
  return {gigabytes * kGigabyte, 8 * kGigabyte, "/var/tmp"};
}

class HeldNetworks : public testing::Test {
 protected:
  HeldNetworks() {
    for (const char* name : {"one", "two"}) tests::writeDnCnn(fileOf(name), 3, 0);
  }
  fs::path fileOf(const std::string& name) const { return folder_ / (name + ".pth"); }

  /// As before a run; what is held then, unless nothing is.
  std::weak_ptr<const models::Restorer> prepared(const Recipe& recipe) {
    held_.prepare(library_, recipe);
    return recipe.steps.empty() ? std::shared_ptr<const models::Restorer>() : library_.open(recipe.steps.front().model);
  }

  tests::TemporaryFolder folder_;
  ModelLibrary library_{{folder_.path()}};
  RoomForTest plenty_{roomOf(64)};
  HeldNetwork held_;
};

TEST_F(HeldNetworks, oneStaysUntilAnotherModelRuns) {
  const auto one = prepared(recipeOf("one"));
  ASSERT_FALSE(one.expired());
  EXPECT_EQ(prepared(recipeOf("one")).lock(), one.lock());
  const auto two = prepared(recipeOf("two"));
  EXPECT_TRUE(one.expired());
  EXPECT_FALSE(two.expired());
  held_.releaseUnless("two");
  EXPECT_FALSE(two.expired());
  held_.releaseUnless("one");
  EXPECT_TRUE(two.expired());
}

TEST_F(HeldNetworks, severalStepsAMixtureAndAModelThatIsNotThereLeaveNone) {
  Recipe several = recipeOf("one");
  several.steps.push_back(several.steps.front());
  for (const Recipe& recipe : {several, recipeOf("one", {{kBlend, "two:0.5"}}), Recipe{}}) {
    const auto one = prepared(recipeOf("one"));
    ASSERT_FALSE(one.expired());
    held_.prepare(library_, recipe);
    EXPECT_TRUE(one.expired());
  }
  const auto one = prepared(recipeOf("one"));
  EXPECT_NO_THROW(held_.prepare(library_, recipeOf("nowhere")));
  EXPECT_TRUE(one.expired());
}

TEST_F(HeldNetworks, aFileThatWasWrittenAnewIsReadAnew) {
  const auto one = prepared(recipeOf("one"));
  fs::last_write_time(fileOf("one"), fs::last_write_time(fileOf("one")) + std::chrono::seconds(2));
  prepared(recipeOf("one"));
  EXPECT_TRUE(one.expired());
}

TEST_F(HeldNetworks, goWhereMemoryIsShort) {
  const auto one = prepared(recipeOf("one"));
  held_.releaseIfShort();
  EXPECT_FALSE(one.expired());
}

TEST(HeldNetworkInLittleMemory, goes) {
  tests::TemporaryFolder folder;
  tests::writeDnCnn(folder / "one.pth", 3, 0);
  const ModelLibrary library({folder.path()});
  const RoomForTest little(roomOf(1));
  HeldNetwork held;
  held.prepare(library, recipeOf("one"));
  const std::weak_ptr<const models::Restorer> one = library.open("one");
  ASSERT_FALSE(one.expired());
  held.releaseIfShort();
  EXPECT_TRUE(one.expired());
}

TEST_F(HeldNetworks, aSecondRunReadsNoWeightAgain) {
  const fs::path model = folder_ / "instantir";
  tests::writeTinyInstantIr(model);
  const Photo photo = tests::texturedPhoto({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
  const Recipe recipe = recipeOf(model.string(), {{"steps", "2"},
                                                  {"prompt", "a"},
                                                  {"negative_prompt", ""},
                                                  {"min_side", "64"},
                                                  {"max_side", "64"},
                                                  {"weights", "resident"}});
  Outcome outcome;
  const auto result = [&] {
    held_.prepare(library_, recipe);
    RasterSink sink(SampleType::Float32);
    tests::Diary diary;
    outcome = run(library_, recipe, photo, sink, diary, {.device = "cpu"});
    return sink.raster() ? tests::samplesOf(*sink.raster()) : std::vector<float>();
  };
  const std::vector<float> first = result();
  ASSERT_EQ(outcome.status, Outcome::Status::Done) << outcome.error->what();
  const std::weak_ptr<const models::Restorer> network = library_.open(model.string());
  ASSERT_FALSE(network.expired());
  tests::zeroWeights(model);
  EXPECT_EQ(result(), first);
  EXPECT_EQ(outcome.status, Outcome::Status::Done);
  held_.release();
  EXPECT_TRUE(network.expired());
  // What is read now are zeros.
  EXPECT_NE(result(), first);
  EXPECT_EQ(outcome.status, Outcome::Status::Failed);
}

}  // namespace
}  // namespace heirloom::core
