#include <chrono>
#include <set>

#include "models/registry.h"
#include "tests/cli/workbench.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/restorevar/tiny_folder.h"

namespace heirloom::tests {
namespace {

class Bench : public Workbench {};

TEST_F(Bench, measuresTimeAndMemory) {
  const Ended ended = run({"bench", "half.safetensors", "--size", "96", "--runs", "3", "--device", "cpu", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  ASSERT_EQ(ended.json()["items"].size(), 1U);
  const auto item = ended.json()["items"][0];
  EXPECT_EQ(item["precision"], "float32");  // though a run would take bfloat16 for an FFDNet
  EXPECT_GT(item["median_ms"], 0);
  EXPECT_GE(item["median_ms"], item["fastest_ms"]);
  EXPECT_GT(item["gflops"], 0);
  EXPECT_GT(item["peak_memory"], 50'000'000);
}

/// Whether `devices` says that the processor is fast in bfloat16.
bool fastInBfloat16(const nlohmann::json& devices) {
  const auto& precisions = devices["devices"].back()["precisions"];
  return std::find(precisions.begin(), precisions.end(), "bfloat16") != precisions.end();
}

TEST_F(Bench, makesATableOfStandardSizesAndPrecisions) {
  const Ended ended = run({"bench", "--all", "2x_superultracompact", "--runs", "1", "--device", "cpu", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto document = ended.json();
  std::vector<std::pair<std::string, int>> measured;
  for (const auto& item : document["items"]) {
    EXPECT_EQ(item["family"], "Compact");
    EXPECT_GT(item["median_ms"], 0);
    measured.emplace_back(item["precision"].get<std::string>(), item["width"].get<int>());
  }
  std::vector<std::pair<std::string, int>> expected = {{"float32", 64}, {"float32", 128}, {"float32", 256}};
  if (fastInBfloat16(run({"devices", "--json"}).json())) {
    for (const int side : {64, 128, 256}) expected.emplace_back("bfloat16", side);
  }
  EXPECT_EQ(measured, expected);
  const auto narrowed = run({"bench", "--all", "2x_superultracompact", "--runs", "1", "--device", "cpu", "--size", "32",
                             "--dtype", "bfloat16", "--json"})
                            .json()["items"];
  ASSERT_EQ(narrowed.size(), 1U);
  EXPECT_EQ(narrowed[0]["width"], 32);
  EXPECT_EQ(narrowed[0]["precision"], "bfloat16");
}

TEST_F(Bench, takesAFamilysNameForItsFirstPublicNetwork) {
  const auto family = std::ranges::find(models::families(), std::string_view("Compact"), &models::Family::name);
  ASSERT_NE(family, models::families().end());
  const auto measured = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--size", "16", "--runs", "1", "--dtype", "float32", "--device", "cpu", "--json"});
    const auto items = run(arguments).json()["items"];
    std::vector<std::string> names;
    for (const auto& item : items) names.push_back(item["model"].get<std::string>());
    return names;
  };
  const std::string first = family->published().front().name;
  EXPECT_THAT(measured({"bench", "--all", "Compact"}), testing::ElementsAre(first));
  EXPECT_THAT(measured({"bench", "Compact", "2x_superultracompact", "half.safetensors"}),
              testing::ElementsAre(first, "2x_superultracompact", "half.safetensors"));
  EXPECT_EQ(run({"bench", "Compactest"}).code, 2);
}

TEST_F(Bench, withoutATableIsOneSizeInFloat32) {
  const auto items = run({"bench", "2x_superultracompact", "--runs", "1", "--device", "cpu", "--json"}).json()["items"];
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0]["precision"], "float32");
}

/// Every family that has a public network small enough to be made of random weights.
TEST(BenchOfEveryFamily, runs) {
  Program program({"bench", "--all", "--size", "16", "--runs", "1", "--device", "cpu", "--json"});
  const Ended ended = program.wait(std::chrono::seconds(1700));
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto document = ended.json();
  std::set<std::string> measured;
  std::set<std::string> expected;
  for (const auto& item : document["items"]) measured.insert(item["model"].get<std::string>());
  for (const models::Family& family : models::families()) {
    const std::vector<models::PublicNetwork> published = family.published();
    if (!published.empty()) expected.insert(published.front().name);
  }
  EXPECT_EQ(measured, expected);
  EXPECT_GT(expected.size(), 40U);
}

TEST_F(Bench, takesNetworksWhosePreviewsAreAChoice) {
  writeTinyInstantIr(folder_ / "tiny");
  const Ended ended = run({"bench", "tiny", "--size", "64", "--runs", "1", "--set", "steps=1", "--set", "min_side=64",
                           "--set", "max_side=64", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["items"][0]["family"], "InstantIR");
  const Ended unknown = run({"bench", "half.safetensors", "--set", "steps=1"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, isOneLineAbout("half.safetensors: "));
}

TEST_F(Bench, showsWhatEachSavingOfADiffusionIsWorth) {
  writeTinyInstantIr(folder_ / "tiny");
  const std::vector<std::string> rest = {"--size", "64", "--runs", "2", "--device", "cpu", "--savings"};
  const auto bench = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return run(arguments);
  };
  const std::vector<std::string> small = {"tiny", "--set", "steps=2", "--set", "min_side=64", "--set", "max_side=64"};
  std::vector<std::string> told = small;
  told.emplace_back("--json");
  const Ended ended = bench(told);
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::vector<std::string> names;
  const auto document = ended.json();
  for (const auto& each : document["items"][0]["without"]) {
    names.push_back(each["saving"].get<std::string>());
    EXPECT_GT(each["median_ms"], 0);
  }
  EXPECT_THAT(
      names, testing::ElementsAre("text", "picture", "steps", "constants", "skipping", "attention", "norms", "layout"));
  EXPECT_THAT(bench(small).out, testing::HasSubstr("not networks of scale zero left out: "));
  // Others name none.
  EXPECT_TRUE(bench({"half.safetensors", "--json"}).json()["items"][0]["without"].empty());
}

/// A network that squashes any picture into one square does the same work at every size.
TEST_F(Bench, countsTheWorkThatIsDone) {
  writeTinyRestoreVar(folder_ / "tiny");
  const auto work = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"bench", "tiny", "--runs", "1", "--json"});
    const auto item = run(more).json()["items"][0];
    return std::pair(item["width"].get<int>(), item["gflops"].get<double>() * item["median_ms"].get<double>());
  };
  const auto [side, usual] = work({});
  EXPECT_EQ(side, 512);
  EXPECT_NEAR(work({"--size", "64"}).second / usual, 1, 1e-6);
  EXPECT_GT(work({"--size", "128", "--set", "size=tiles"}).second / usual, 3);
}

TEST_F(Bench, saysWhatEachScaleTakes) {
  writeTinyRestoreVar(folder_ / "tiny");
  const auto item = run({"bench", "tiny", "--runs", "1", "--json"}).json()["items"][0];
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& stage : item["stages"]) {
    names.push_back(stage["name"].get<std::string>());
    EXPECT_GT(stage["ms"].get<double>(), 0) << names.back();
    sum += stage["ms"].get<double>();
  }
  EXPECT_THAT(names, testing::ElementsAre("encoding", "scale 1 of 4", "scale 2 of 4", "scale 3 of 4", "scale 4 of 4",
                                          "refining", "decoding"));
  const double whole = item["median_ms"].get<double>();
  EXPECT_LE(sum, whole);
  EXPECT_GT(sum, 0.5 * whole);
}

}  // namespace
}  // namespace heirloom::tests
