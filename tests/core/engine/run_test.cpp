#include "core/engine/run.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "models/common/notes.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;
using tests::brighter;
using tests::Diary;
using tests::FakeNetwork;
using tests::identity;
using tests::largestDifference;
using tests::photoOf;
using tests::runOn;
using tests::texturedPhoto;
using Status = Outcome::Status;

RunOptions tiles(std::int64_t side) {
  RunOptions options;
  options.tile = side;
  return options;
}

TEST(Run, resultsDoNotDependOnTheTiles) {
  const Photo photo = texturedPhoto({90, 70, ColourModel::Rgb, false, SampleType::UInt16});
  at::manual_seed(5);
  const at::Tensor weight = at::randn({3, 3, 5, 5}) * 0.1;
  const auto make = [&] {
    auto network = std::make_shared<FakeNetwork>(
        [weight](const at::Tensor& picture, models::Observer&) { return at::conv2d(picture, weight, {}, 1, 2); });
    network->own.margin = 2;
    return network;
  };
  const auto whole = runOn(photo, make());
  const auto parts = runOn(photo, make(), tiles(20));
  EXPECT_EQ(whole.outcome.tileSide, 90);
  EXPECT_LE(parts.outcome.tileSide, 20);
  EXPECT_LE(largestDifference(*whole.raster, *parts.raster), 1);  // one of 65,535
}

TEST(Run, equalTilesGoThroughTheNetworkTogether) {
  const Photo photo = texturedPhoto({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
  auto network = identity();
  RunOptions options = tiles(16);
  options.memoryBudget = 100 * 16 * 16 * 4;  // room for four tiles
  const auto finished = runOn(photo, network, options);
  EXPECT_EQ(finished.outcome.status, Status::Done);
  EXPECT_EQ(network->calls, 4);
}

TEST(Run, whatANetworkDecidesIsAWarning) {
  const Photo photo = texturedPhoto({16, 16, ColourModel::Rgb, false, SampleType::UInt8});
  const auto finished =
      runOn(photo, std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
              models::tell(observer, HEIRLOOM_TEXT("test.note", "memory is short"));
              return picture;
            }));
  ASSERT_EQ(finished.outcome.warnings.size(), 1U);
  EXPECT_EQ(finished.outcome.warnings.front().english(), "memory is short");
}

TEST(Run, theRegionThatIsLookedAtComesFirst) {
  const Photo photo = texturedPhoto({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
  RunOptions options = tiles(16);
  options.memoryBudget = 1;
  options.first = Box{50, 34, 4, 4};
  const auto finished = runOn(photo, identity(), options);
  EXPECT_EQ(finished.diary.tiles.front(), (Box{48, 32, 16, 16}));
}

TEST(Run, stopsWithinATile) {
  const Photo photo = texturedPhoto({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
  std::stop_source stop;
  auto network = std::make_shared<FakeNetwork>([&stop](const at::Tensor& picture, models::Observer& observer) {
    stop.request_stop();
    if (observer.stopRequested()) throw Stopped{};  // as a network does between its blocks
    return picture;
  });
  RunOptions options = tiles(16);
  options.stop = stop.get_token();
  const auto finished = runOn(photo, network, options);
  EXPECT_EQ(finished.outcome.status, Status::Cancelled);
  EXPECT_FALSE(finished.outcome.error);
  EXPECT_EQ(network->calls, 1);
  EXPECT_TRUE(finished.diary.tiles.empty());
}

TEST(Run, stopsBetweenTilesWhenTheNetworkNeverAsks) {
  const Photo photo = texturedPhoto({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
  std::stop_source stop;
  auto network = std::make_shared<FakeNetwork>([&stop](const at::Tensor& picture, models::Observer&) {
    stop.request_stop();
    return picture;
  });
  RunOptions options = tiles(16);
  options.memoryBudget = 1;
  options.stop = stop.get_token();
  EXPECT_EQ(runOn(photo, network, options).outcome.status, Status::Cancelled);
  EXPECT_EQ(network->calls, 1);
}

void expectFailure(const Outcome& outcome, const std::string& part) {
  EXPECT_EQ(outcome.status, Status::Failed);
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->what(), HasSubstr(part));
  EXPECT_EQ(std::string(outcome.error->what()).find('\n'), std::string::npos);
}

TEST(Run, valuesThatAreNotNumbersAreAFailure) {
  const Photo photo = texturedPhoto({32, 32, ColourModel::Rgb, false, SampleType::UInt8});
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto network = std::make_shared<FakeNetwork>([odd](const at::Tensor& picture, models::Observer&) {
      at::Tensor broken = picture.clone();
      broken[0][1][20][3] = odd;
      return broken;
    });
    expectFailure(runOn(photo, network).outcome, "not numbers");
  }
}

TEST(Run, warningsOfTheNetworkAreWarningsOfTheRun) {
  auto network = identity();
  network->warn(HEIRLOOM_TEXT("test.odd", "odd weights"));
  const auto finished = runOn(texturedPhoto({16, 16, ColourModel::Rgb, false, SampleType::UInt8}), network);
  ASSERT_EQ(finished.outcome.warnings.size(), 1U);
  EXPECT_EQ(finished.diary.warnings, finished.outcome.warnings);
  EXPECT_EQ(finished.outcome.warnings[0].id, "test.odd");
}

TEST(Run, oneConstantColourForATexturedPhotoIsAFailure) {
  auto network = std::make_shared<FakeNetwork>(
      [](const at::Tensor& picture, models::Observer&) { return at::zeros_like(picture); });
  expectFailure(runOn(texturedPhoto({32, 32, ColourModel::Rgb, false, SampleType::UInt8}), network).outcome,
                "constant");
  const Photo blank =
      photoOf({32, 32, ColourModel::Rgb, false, SampleType::UInt8}, [](auto, auto, int band) { return band * 0.4; });
  EXPECT_EQ(runOn(blank, network).outcome.status, Status::Done);
}

TEST(Run, aNetworkThatThrowsIsAFailureWithOneLine) {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor&, models::Observer&) -> at::Tensor {
    throw std::runtime_error("shapes do not match\nframe #0: main");
  });
  expectFailure(runOn(texturedPhoto({32, 32, ColourModel::Rgb, false, SampleType::UInt8}), network).outcome,
                "shapes do not match");
}

TEST(Run, wrongQuestionsAreFailuresThatSaySo) {
  const Photo photo = texturedPhoto({16, 16, ColourModel::Rgb, false, SampleType::UInt8});
  ModelLibrary library({});
  library.add("network", identity());
  RasterSink sink(SampleType::UInt16);
  Diary diary;
  RunOptions options;
  options.device = "cpu";
  expectFailure(run(library, {}, photo, sink, diary, options), "no steps");
  expectFailure(run(library, tests::recipeOf("netwrok"), photo, sink, diary, options), "did you mean network?");
  expectFailure(run(library, tests::recipeOf("network", {{"noise_levle", "3"}}), photo, sink, diary, options),
                "noise_levle");
  options.device = "cuda:99";
  expectFailure(run(library, tests::recipeOf("network"), photo, sink, diary, options), "cuda:99");
  options.device = "cpu";
  options.precision = "float8";
  expectFailure(run(library, tests::recipeOf("network"), photo, sink, diary, options), "float8");
}

TEST(Run, stepsFollowEachOtherInFloat) {
  const Photo photo = texturedPhoto({32, 32, ColourModel::Rgb, false, SampleType::UInt8});
  ModelLibrary library({});
  library.add("more", brighter(0.0011));
  library.add("less", brighter(-0.0011));
  library.add("half", brighter(0.002));
  Recipe recipe{{{"more", {}, 1}, {"half", {}, 0.5}, {"less", {}, 1}}};
  RasterSink sink(SampleType::UInt16);
  Diary diary;
  RunOptions options;
  options.device = "cpu";
  const Outcome outcome = run(library, recipe, photo, sink, diary, options);
  ASSERT_EQ(outcome.status, Status::Done);
  const auto before = tests::samplesOf(*photo.raster);
  const auto after = tests::samplesOf(*sink.raster());
  for (std::size_t i = 0; i < before.size(); ++i) ASSERT_NEAR(after[i], before[i] + 0.001F, 2e-5);
  double last = 0;
  for (const Progress& report : diary.reports) {
    EXPECT_GE(report.fraction, last - 1e-12);
    last = report.fraction;
  }
  EXPECT_NEAR(last, 1, 1e-9);
}

TEST(Run, scalesMultiplyOverTheSteps) {
  ModelLibrary library({});
  library.add("one", identity());
  library.add("two", identity(3, 2));
  library.add("four", identity(3, 4));
  EXPECT_EQ(scaleOf(library, {{{"two", {}, 1}, {"one", {}, 1}, {"four", {}, 1}}}), 8);
  EXPECT_THROW(scaleOf(library, tests::recipeOf("three")), Error);
}

// Numbers of 32 bits end at the sixteenth step, where the result would be a photo without pixels.
TEST(Run, stepsThatEnlargeBeyondEveryFormatAreRefusedBeforeTheFirst) {
  ModelLibrary library({});
  const auto four = identity(3, 4);
  library.add("four", four);
  const Step step{"four", {}, 1};
  EXPECT_EQ(scaleOf(library, Recipe{std::vector<Step>(5, step)}), 1024);
  for (const std::size_t steps : {6U, 16U, 40U}) {
    const Recipe recipe{std::vector<Step>(steps, step)};
    EXPECT_THROW(scaleOf(library, recipe), Error);
    RasterSink sink(SampleType::UInt16);
    Diary diary;
    const Photo photo = texturedPhoto({2, 2, ColourModel::Rgb, false, SampleType::UInt8});
    expectFailure(run(library, recipe, photo, sink, diary, {.device = "cpu"}), "more than 1024 times");
  }
  EXPECT_EQ(four->calls, 0);
}

// However it is called: what a network makes of its settings is its own to say.
class Growing : public FakeNetwork {
 public:
  Growing() : FakeNetwork([](const at::Tensor& picture, models::Observer&) { return picture; }) {
    own.parameters = {{"growth", {}, {}, "", models::IntegerRange{1, 3, 2}}};
  }
  models::Descriptor describe(const models::Settings& chosen) const override {
    models::Descriptor described = own;
    described.scale = static_cast<int>(2 * chosen.integer("growth"));
    return described;
  }
};

TEST(Run, aStepsScaleIsWhatItsNetworkMakesOfItsSettings) {
  ModelLibrary library({});
  library.add("growing", std::make_shared<Growing>());
  EXPECT_EQ(scaleOf(library, tests::recipeOf("growing")), 4);
  EXPECT_EQ(scaleOf(library, tests::recipeOf("growing", {{"growth", "3"}})), 6);
  EXPECT_EQ(scaleOf(library, tests::recipeOf("growing", {{"growth", "1"}, {"blend", "other:0.5"}})), 2);
  EXPECT_THROW(scaleOf(library, tests::recipeOf("growing", {{"growth", "4"}})), Error);
}

}  // namespace
}  // namespace heirloom::core
