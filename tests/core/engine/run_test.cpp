#include "core/engine/run.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "core/engine/speed.h"
#include "core/quality/numpy_random.h"
#include "models/common/notes.h"
#include "models/common/photo_work.h"
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

TEST(Run, reportsEveryTileAndSteadyProgress) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  RunOptions options = tiles(16);
  options.memoryBudget = 1;  // one tile at a time
  const auto finished = runOn(photo, identity(), options);
  std::int64_t written = 0;
  for (const Box& box : finished.diary.tiles) written += box.width * box.height;
  EXPECT_EQ(written, 64 * 48);
  double last = 0;
  for (const Progress& report : finished.diary.reports) {
    EXPECT_GE(report.fraction, last);
    EXPECT_EQ(report.tiles, 12);
    EXPECT_EQ(report.remaining.has_value(), report.tilesDone > 0);
    last = report.fraction;
  }
  EXPECT_EQ(last, 1);
  EXPECT_EQ(finished.diary.reports.back().tilesDone, 12);
}

TEST(Run, aLongOneSaysHowLongItTakesBeforeItBegins) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  auto network = identity();
  network->own.flopPerPixel = 1e17 / (64 * 48);
  const auto finished = runOn(photo, network);
  const Progress& first = finished.diary.reports.front();
  ASSERT_TRUE(first.remaining);
  // 10^17 FLOP are hours of a desktop's processor, and minutes of a large server's.
  EXPECT_GT(first.remaining->count(), 60);
  EXPECT_LT(first.remaining->count(), 1e8);
  EXPECT_LT(finished.diary.reports.back().remaining->count(), 1);
}

/// Waits, as one that is loaded; says 0.02, works, says 0.52, and gives what it was shown.
std::shared_ptr<FakeNetwork> slowToBegin() {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    observer.progress({}, 0.02);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    observer.progress({}, 0.52);
    return picture;
  });
  network->own.progressive = true;
  return network;
}

const Progress& reportAt(const Diary& diary, double fraction) {
  return *std::ranges::find_if(diary.reports,
                               [&](const Progress& report) { return report.fraction > fraction - 1e-6; });
}

TEST(Run, theTimeBeforeItsWorkBeginsForetellsNothing) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  const auto finished = runOn(photo, slowToBegin());
  ASSERT_EQ(finished.outcome.status, Status::Done);
  EXPECT_FALSE(finished.diary.reports.front().remaining);
  EXPECT_FALSE(reportAt(finished.diary, 0.02).remaining);
  const Progress& later = reportAt(finished.diary, 0.52);
  ASSERT_TRUE(later.remaining);
  EXPECT_GT(later.remaining->count(), 0);
  EXPECT_LT(later.remaining->count(), 0.5 * later.elapsed.count());  // with the first half second it would be 0.92
  EXPECT_EQ(finished.diary.reports.back().remaining->count(), 0);
}

/// 1.3e13 FLOP, say, on two cores.
TEST(Run, theEstimateHoldsUntilAMeaningfulPartIsDone) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  auto network = slowToBegin();
  network->own.flopPerPixel = 120 * flopPerSecond({}) / (64 * 48);
  const auto finished = runOn(photo, network);
  const Progress& first = finished.diary.reports.front();
  ASSERT_TRUE(first.remaining);
  EXPECT_GT(first.remaining->count(), 120.0 / 4);  // the processor does other things, too
  EXPECT_LT(first.remaining->count(), 120.0 * 4);
  const Progress& early = reportAt(finished.diary, 0.02);
  ASSERT_TRUE(early.remaining);
  EXPECT_NEAR(early.remaining->count(), 0.98 * first.remaining->count(), 1e-3 * first.remaining->count());
  EXPECT_LT(reportAt(finished.diary, 0.52).remaining->count(), 10);
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

TEST(Run, theNoiseLevelIsEstimatedWhenNobodySaysIt) {
  NumpyRandom random(0);
  const Photo photo = photoOf({256, 256, ColourModel::Rgb, false, SampleType::UInt8}, [&](auto x, auto, int) {
    return 0.5 + 0.2 * std::sin(static_cast<double>(x) / 40) + 20.0 / 255 * random.normal();
  });
  auto network = identity();
  network->own.parameters = {tests::noiseLevel()};
  const auto estimated = runOn(photo, network);
  ASSERT_TRUE(estimated.outcome.chosen.at(0).contains("noise_level"));
  EXPECT_NEAR(std::stod(estimated.outcome.chosen.at(0).at("noise_level")), 20, 1);
  EXPECT_NEAR(network->settings.real("noise_level"), 20, 1);

  std::get<models::RealRange>(network->own.parameters[0].range).maximum = 15;
  EXPECT_EQ(runOn(photo, network).outcome.chosen.at(0).at("noise_level"), "15.0");

  const auto told = runOn(photo, network, {}, {{"noise_level", "7"}});
  EXPECT_TRUE(told.outcome.chosen.at(0).empty());
  EXPECT_EQ(network->settings.real("noise_level"), 7);

  // A deblocker has no use for it.
  network->own.parameters[0].onlyWith = models::Condition{"task", "denoise"};
  network->own.parameters.push_back({"task", {}, {}, "", models::Choice{{"denoise", "deblock"}, "deblock"}});
  EXPECT_TRUE(runOn(photo, network).outcome.chosen.at(0).empty());
  EXPECT_FALSE(runOn(photo, network, {}, {{"task", "denoise"}}).outcome.chosen.at(0).empty());
}

TEST(Run, whatItChoseForEveryStepRepeatsIt) {
  NumpyRandom random(0);
  const Photo photo = photoOf({96, 96, ColourModel::Rgb, false, SampleType::UInt8}, [&](auto x, auto, int) {
    return 0.5 + 0.2 * std::sin(static_cast<double>(x) / 40) + 20.0 / 255 * random.normal();
  });
  const auto network = std::make_shared<tests::FakeNetwork>([&](const at::Tensor& picture, models::Observer&) {
    return 0.5 * picture;  // half of the noise is left for the second step
  });
  network->own.parameters = {tests::noiseLevel()};
  ModelLibrary library{{}};
  library.add("half", network);
  const Recipe recipe{{{"half", {}, 1}, {"half", {}, 1}}};
  RasterSink sink(SampleType::UInt16);
  tests::Diary diary;
  const Outcome outcome = run(library, recipe, photo, sink, diary, {.device = "cpu"});
  ASSERT_EQ(outcome.status, Outcome::Status::Done);
  ASSERT_EQ(outcome.chosen.size(), 2u);
  EXPECT_NEAR(std::stod(outcome.chosen[0].at("noise_level")), 20, 4);
  EXPECT_NEAR(std::stod(outcome.chosen[1].at("noise_level")), 10, 2);

  const Recipe repeated = withChosen(recipe, outcome.chosen);
  EXPECT_EQ(repeated.steps[0].settings, outcome.chosen[0]);
  EXPECT_EQ(repeated.steps[1].settings, outcome.chosen[1]);
  const Recipe told{{{"half", {{"noise_level", "3"}}, 1}}};
  EXPECT_EQ(withChosen(told, {{{"noise_level", "20"}}}), told);
}

/// Leaves the way to the photo, unless it is set.
class DecidingNetwork : public FakeNetwork, public models::DecidesByPhoto {
 public:
  DecidingNetwork() : FakeNetwork([](const at::Tensor& picture, models::Observer&) { return picture.clone(); }) {
    own.parameters = {{"way", HEIRLOOM_TEXT("test", "Way"), HEIRLOOM_TEXT("test", "through the network"), "",
                       models::Choice{{"auto", "wide", "tall"}, "auto"}}};
  }
  models::Settings decided(models::Settings asked, std::int64_t height, std::int64_t width,
                           const at::Device& device) const override {
    EXPECT_TRUE(device.is_cpu());
    if (asked.choice("way") == "auto") asked.set("way", std::string_view(height > width ? "tall" : "wide"));
    return asked;
  }
  models::PixelSize resultSize(const models::Settings&, models::PixelSize photo) const override { return photo; }
};

TEST(Run, whatPhotoAndDeviceDecideIsTold) {
  const auto decided = [](const Layout& layout, std::map<std::string, std::string> settings, bool stopped) {
    std::stop_source stop;
    if (stopped) stop.request_stop();
    RunOptions options;
    options.stop = stop.get_token();
    return runOn(texturedPhoto(layout), std::make_shared<DecidingNetwork>(), options, std::move(settings)).outcome;
  };
  using Texts = std::map<std::string, std::string>;
  const Layout tall{16, 32, ColourModel::Rgb, false, SampleType::UInt8};
  const Layout wide{32, 16, ColourModel::Rgb, false, SampleType::UInt8};
  const Outcome outcome = decided(tall, {}, false);
  ASSERT_EQ(outcome.decided.size(), 1U);
  EXPECT_EQ(outcome.decided.front(), (Texts{{"way", "tall"}}));
  EXPECT_TRUE(outcome.chosen.front().empty());
  EXPECT_EQ(outcome.placements, (std::vector<std::string>{"float32 on cpu"}));
  EXPECT_EQ(decided(wide, {}, false).decided.front(), (Texts{{"way", "wide"}}));
  // Nothing is left to decide, or no step began.
  EXPECT_TRUE(decided(tall, {{"way", "wide"}}, false).decided.front().empty());
  EXPECT_TRUE(decided(tall, {}, true).decided.empty());
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
