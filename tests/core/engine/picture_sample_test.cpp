#include "core/engine/picture_sample.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/engine/tile_network.h"
#include "models/common/ensemble.h"
#include "models/common/error.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/models/support/failing_allocator.h"

namespace heirloom::core {
namespace {

using tests::FakeNetwork;
using Status = Outcome::Status;

constexpr double kShare = 0.5;  // of the picture's mean in what `weighing` gives
constexpr std::int64_t kTile = 64;

/// Gives every pixel together with the mean of the picture that it is shown, or of the whole.
std::shared_ptr<FakeNetwork> weighing(std::function<void(models::Observer&)> before = [](models::Observer&) {}) {
  auto network = std::make_shared<FakeNetwork>([before](const at::Tensor& picture, models::Observer& observer) {
    before(observer);
    return (1 - kShare) * picture + kShare * models::channelMeans(picture);
  });
  network->own.local = false;
  network->own.wholeStatistics = true;
  network->own.margin = 8;
  return network;
}

/// Brighter from left to right.
Photo darkToLight() {
  return tests::photoOf({256, 192, ColourModel::Rgb, false, SampleType::UInt16},
                        [](std::int64_t x, std::int64_t, int) { return 0.3 + 0.4 * static_cast<double>(x) / 255; });
}

/// Tiles, and a sample of as many of them as there is room for.
RunOptions inTiles(std::int64_t atOnce = 1) {
  RunOptions options;
  options.tile = kTile;
  options.memoryBudget = static_cast<std::uint64_t>(atOnce * kTile * kTile) * 100;  // bytes a pixel of a fake network
  return options;
}

TEST(PictureSample, patchesLieInThePictureOnTheNetworksGrid) {
  TileRules rules;
  for (const int multiple : {1, 8, 48}) {
    rules.sizeMultiple = multiple;
    for (const auto& [width, height] :
         {std::pair{6000, 4000}, std::pair{931, 771}, std::pair{300, 70}, std::pair{20, 9}}) {
      for (const std::int64_t area : {0, 100 * 100, 640 * 640, 5000 * 5000}) {
        const std::vector<Box> patches = samplePatches(width, height, rules, area);
        ASSERT_FALSE(patches.empty());
        for (const Box& patch : patches) {
          EXPECT_EQ(patch.x % multiple, 0);
          EXPECT_EQ(patch.y % multiple, 0);
          EXPECT_GE(patch.width, std::min(64, width));
          EXPECT_GE(patch.height, std::min(64, height));
          EXPECT_TRUE(patch.x >= 0 && patch.x + patch.width <= width) << patch.x << " of " << width;
          EXPECT_TRUE(patch.y >= 0 && patch.y + patch.height <= height) << patch.y << " of " << height;
        }
      }
    }
  }
}

TEST(PictureSample, largePhotosAreSampledByAnEighth) {
  const std::vector<Box> patches = samplePatches(6000, 4000, TileRules(), 640 * 640);
  const Box& patch = patches.front();
  EXPECT_EQ(patch.width, 320);
  EXPECT_GE(std::max(std::abs(patches[0].x - patches[1].x), std::abs(patches[0].y - patches[1].y)), 4000 / 3);
  const double sampled = static_cast<double>(patches.size()) * 320 * 320 / (6000.0 * 4000);
  EXPECT_GE(sampled, 1.0 / 8);
  EXPECT_LT(sampled, 1.0 / 6);
}

TEST(PictureSample, widePhotosAreSampledAboveAndBelow) {
  for (const auto& [width, height] : {std::pair{1920, 1080}, std::pair{2400, 1000}, std::pair{1080, 1920}}) {
    const std::vector<Box> patches = samplePatches(width, height, TileRules(), 640 * 640);
    EXPECT_GE(std::ssize(patches) * patches.front().width * patches.front().height, 640 * 640) << width;
    const auto has = [&](auto where) { return std::ranges::any_of(patches, where); };
    EXPECT_TRUE(has([h = height](const Box& patch) { return patch.y + patch.height / 2 < h / 2; })) << width;
    EXPECT_TRUE(has([h = height](const Box& patch) { return patch.y + patch.height / 2 > h / 2; })) << width;
  }
}

TEST(SharedStatistics, tilesGiveWhatTheWholeGives) {
  const Photo photo = darkToLight();
  const auto network = weighing();
  const auto whole = tests::runOn(photo, network);
  ASSERT_EQ(whole.outcome.status, Status::Done) << whole.outcome.error->what();
  EXPECT_EQ(network->calls, 1);  // no sample
  const auto tiles = tests::runOn(photo, weighing(), inTiles());
  EXPECT_LT(tests::largestDifference(*whole.raster, *tiles.raster), 0.002 * 65535);

  const auto unaware = weighing();
  unaware->own.wholeStatistics = false;
  const auto alone = tests::runOn(photo, unaware, inTiles());
  EXPECT_GT(tests::largestDifference(*whole.raster, *alone.raster), 0.05 * 65535);
}

TEST(SharedStatistics, progressGrowsWhileTheyAreGathered) {
  const auto finished =
      tests::runOn(darkToLight(), weighing([](models::Observer& observer) { observer.progress({}, 0.5); }), inTiles());
  double last = 0;
  for (const Progress& report : finished.diary.reports) {
    EXPECT_GE(report.fraction, last);
    last = report.fraction;
  }
  EXPECT_EQ(last, 1);
}

// Differences from left to right are others in a flipped photo.
TEST(SharedStatistics, everyViewOfAnEnsembleHasItsOwn) {
  const auto make = [] {
    auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer&) {
      const std::int64_t pairs = picture.size(3) - 1;
      const at::Tensor rising = at::relu(picture.narrow(3, 1, pairs) - picture.narrow(3, 0, pairs));
      return kShare * picture + 100 * models::channelMeans(rising);
    });
    network->own.local = false;
    network->own.wholeStatistics = true;
    network->own.margin = 8;
    return models::withEnsemble(network);
  };
  const auto whole = tests::runOn(darkToLight(), make(), {}, {{"ensemble", "true"}});
  ASSERT_EQ(whole.outcome.status, Status::Done) << whole.outcome.error->what();
  const auto tiles = tests::runOn(darkToLight(), make(), inTiles(), {{"ensemble", "true"}});
  ASSERT_EQ(tiles.outcome.status, Status::Done) << tiles.outcome.error->what();
  EXPECT_LT(tests::largestDifference(*whole.raster, *tiles.raster), 0.002 * 65535);
}

TEST(SharedStatistics, areThoseOfTheirOwnPhoto) {
  const auto network = weighing();
  TileNetwork tiles(network, models::Settings(), {}, 1'000'000'000, {}, {});
  const auto ofAPhoto = [&](double value, std::int64_t side) {
    tiles.begin({side, side, [value](const Box& box) {
                   return at::full({1, 3, box.height, box.width}, value, at::kFloat);
                 }});
    return tiles.restore(at::zeros({1, 3, kTile, kTile})).mean().item<double>();
  };
  EXPECT_NEAR(ofAPhoto(0.2, 512), kShare * 0.2, 1e-5);
  EXPECT_NEAR(ofAPhoto(0.6, 512), kShare * 0.6, 1e-5);
  EXPECT_NEAR(ofAPhoto(0.6, kTile), 0, 1e-6);  // the tile is the photo
}

TEST(SharedStatistics, areGatheredFromFewerPatchesAtOnceWhereMemoryRunsOut) {
  const Photo photo = darkToLight();
  const auto plenty = tests::runOn(photo, weighing(), inTiles(4));
  constexpr std::int64_t kActivations = 64 * 4;  // bytes a pixel
  tests::FailingAllocator allocator(kActivations * (kTile + 24) * (kTile + 24));
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer&) {
    const at::Tensor activations = at::zeros({picture.size(0), 64, picture.size(2), picture.size(3)});
    return (1 - kShare) * picture + kShare * models::channelMeans(picture) + activations[0][0][0][0];
  });
  network->own = weighing()->own;
  const auto tight = tests::runOn(photo, network, inTiles(4));
  ASSERT_EQ(tight.outcome.status, Status::Done) << tight.outcome.error->what();
  EXPECT_GT(allocator.refusals(), 0);
  EXPECT_LT(tests::largestDifference(*plenty.raster, *tight.raster), 0.0001 * 65535);
}

// A photo that was to go through in one piece has no sample until it is cut.
TEST(SharedStatistics, arePartsOfATileThatIsHalvedAlike) {
  const Photo photo = darkToLight();
  const auto whole = tests::runOn(photo, weighing());
  tests::FailingAllocator allocator(64 * 4 * 150 * 150);
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer&) {
    const at::Tensor activations = at::zeros({picture.size(0), 64, picture.size(2), picture.size(3)});
    return (1 - kShare) * picture + kShare * models::channelMeans(picture) + activations[0][0][0][0];
  });
  network->own = weighing()->own;
  const auto halved = tests::runOn(photo, network);
  ASSERT_EQ(halved.outcome.status, Status::Done) << halved.outcome.error->what();
  EXPECT_GT(allocator.refusals(), 0);
  EXPECT_LT(tests::largestDifference(*whole.raster, *halved.raster), 0.002 * 65535);
}

TEST(SharedStatistics, aStopEndsTheirGathering) {
  std::stop_source stop;
  RunOptions options = inTiles();
  options.stop = stop.get_token();
  const auto network = weighing([&](models::Observer& observer) {
    if (observer.stopRequested()) throw Stopped{};
    stop.request_stop();
  });
  const auto finished = tests::runOn(darkToLight(), network, options);
  EXPECT_EQ(finished.outcome.status, Status::Cancelled);
  EXPECT_TRUE(finished.diary.tiles.empty());
  EXPECT_LE(network->calls, 2);
  EXPECT_FALSE(models::WholeStatistics::inUse());
}

TEST(SharedStatistics, nothingOfThemStaysBehindARunThatFailed) {
  const auto network = weighing([](models::Observer&) { throw Error(HEIRLOOM_TEXT("test", "broken")); });
  EXPECT_EQ(tests::runOn(darkToLight(), network, inTiles()).outcome.status, Status::Failed);
  EXPECT_FALSE(models::WholeStatistics::inUse());
}

}  // namespace
}  // namespace heirloom::core
