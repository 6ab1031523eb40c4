#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <optional>

#include "core/engine/run.h"
#include "core/engine/tile_network.h"
#include "core/photo/memory.h"
#include "models/common/kept_networks.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/models/support/failing_allocator.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;
using tests::FailingAllocator;
using tests::FakeNetwork;
using tests::texturedPhoto;
using Status = Outcome::Status;

constexpr std::int64_t kSmallSide = 128;

/// Takes 64 float32 channels a pixel, as a convolutional network does, and looks two pixels far.
std::shared_ptr<FakeNetwork> greedy() {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer&) {
    const at::Tensor activations = at::zeros({picture.size(0), 64, picture.size(2), picture.size(3)});
    return at::avg_pool2d(picture, 5, 1, 2, false, false) + activations[0][0][0][0];
  });
  network->own.margin = 2;
  return network;
}

Photo photo() {
  return texturedPhoto({kSmallSide, kSmallSide, ColourModel::Rgb, false, SampleType::UInt16});
}

TEST(OutOfMemory, halvesTheTileAndGivesTheSameResult) {
  const auto plenty = tests::runOn(photo(), greedy());
  ASSERT_EQ(plenty.outcome.status, Status::Done);
  ASSERT_EQ(plenty.outcome.tileSide, kSmallSide);

  FailingAllocator allocator(64 * 4 * 70 * 70);  // a quarter of the photo, not more
  auto network = greedy();
  const auto tight = tests::runOn(photo(), network);
  ASSERT_EQ(tight.outcome.status, Status::Done) << tight.outcome.error->what();
  EXPECT_GT(allocator.refusals(), 0);
  EXPECT_LE(tests::largestDifference(*plenty.raster, *tight.raster), 1);
  ASSERT_FALSE(tight.outcome.warnings.empty());
  EXPECT_THAT(tight.outcome.warnings.front().english(), HasSubstr("memory ran out"));
  EXPECT_EQ(tight.diary.warnings, tight.outcome.warnings);
}

TEST(OutOfMemory, goesOnFromTheFailedTile) {
  auto network = greedy();
  FailingAllocator allocator(64 * 4 * 80 * 80);
  int done = 0;
  network->own.flopPerPixel = 1;
  RunOptions options;
  options.tile = 64;
  options.memoryBudget = 1;  // one tile at a time
  // The third of several tiles fails for the first time.
  auto shrinking = std::make_shared<FakeNetwork>([&](const at::Tensor& picture, models::Observer&) {
    if (++done == 3) allocator.setBudget(64 * 4 * 40 * 40);
    const at::Tensor activations = at::zeros({picture.size(0), 64, picture.size(2), picture.size(3)});
    return picture + activations[0][0][0][0];
  });
  shrinking->own.margin = 2;
  const auto finished = tests::runOn(photo(), shrinking, options);
  ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
  std::int64_t written = 0;
  for (const Box& box : finished.diary.tiles) written += box.width * box.height;
  EXPECT_EQ(written, kSmallSide * kSmallSide);  // no tile twice
  EXPECT_EQ(finished.diary.tiles.size(), static_cast<std::size_t>(finished.diary.reports.back().tiles));
  EXPECT_EQ(tests::largestDifference(*photo().raster, *finished.raster), 0);
}

TEST(OutOfMemory, takesTilesOneByOneBeforeItHalvesThem) {
  RunOptions options;
  options.tile = 32;
  options.memoryBudget = 100 * 32 * 32 * 8;  // as far as the descriptor knows, eight at once
  FailingAllocator allocator(64 * 4 * 32 * 32 * 2);
  auto network = greedy();
  const auto finished = tests::runOn(photo(), network, options);
  ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
  EXPECT_GT(allocator.refusals(), 0);
  EXPECT_TRUE(finished.outcome.warnings.empty());  // tiles stayed as they were
}

TEST(OutOfMemory, isAnHonestErrorWhenNotEvenTheSmallestTileFits) {
  const Photo source = photo();
  Outcome outcome;
  {
    FailingAllocator allocator(kSmallSide * kSmallSide * 3 * 4 * 2);  // the picture itself, but none of the activations
    auto network = std::make_shared<FakeNetwork>(
        [](const at::Tensor& picture, models::Observer&) { return picture + at::zeros({100'000'000})[0]; });
    outcome = tests::runOn(source, network).outcome;
  }
  EXPECT_EQ(outcome.status, Status::Failed);
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->what(), HasSubstr("not enough memory for the smallest tile"));
  // The next run is not harmed.
  EXPECT_EQ(tests::runOn(source, greedy()).outcome.status, Status::Done);
}

TEST(OutOfMemory, theProcessorsMemoryIsNotTakenBeyondWhatIsFree) {
  auto network = greedy();
  network->own.activationBytesPerPixel = 64e6;  // 128 x 128 of these would be a terabyte
  RunOptions options;
  options.memoryBudget = 1ULL << 62;  // told to take everything
  const auto finished = tests::runOn(photo(), network, options);
  ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
  EXPECT_FALSE(finished.outcome.warnings.empty());
  EXPECT_GT(network->calls, 4);
}

// LibTorch's device "meta", whose tensors have no samples, stands for a GPU.
TEST(OutOfMemory, theProcessorTakesOverFromADeviceWithoutRoomForTheSmallestTile) {
  const auto blurred = [](const at::Tensor& picture) { return at::avg_pool2d(picture, 5, 1, 2, false, false); };
  auto network = std::make_shared<FakeNetwork>([&](const at::Tensor& picture, models::Observer&) {
    if (picture.is_meta()) throw std::bad_alloc();
    return blurred(picture);
  });
  network->own.margin = 2;
  std::vector<Message> warnings;
  TileNetwork::Listener listener;
  listener.warning = [&](const Message& warning) { warnings.push_back(warning); };
  constexpr std::uint64_t kBudget = 1'000'000'000;
  TileNetwork tiles(network, models::Settings(), {at::kMeta, at::kFloat}, kBudget, {}, listener);
  const at::Tensor pictures = at::rand({2, 3, 64, 48});
  const at::Tensor result = tiles.restore(pictures);
  EXPECT_TRUE(at::allclose(result, blurred(pictures), 0, 1e-6));
  EXPECT_TRUE(tiles.device().is_cpu());
  EXPECT_TRUE(network->placement.device.is_cpu());
  EXPECT_EQ(std::ranges::count(warnings, std::string("run.to_cpu"), &Message::id), 1);
  ASSERT_GT(warnings.size(), 1U);  // smaller tiles were tried before
  EXPECT_THAT(warnings.back().english(), HasSubstr("the memory of meta is not enough for the smallest tile"));
}

/// Has networks of an earlier session, which take all but `room`.
class Hoarding : public FakeNetwork, public models::KeepsNetworks {
 public:
  explicit Hoarding(const Room& room)
      : FakeNetwork([](const at::Tensor& picture, models::Observer&) { return picture.clone(); }), room_(room) {}
  bool release() const override {
    ++asked;
    const bool kept = room_.has_value();
    room_.reset();
    return kept;
  }
  mutable int asked = 0;

 private:
  mutable std::optional<RoomForTest> room_;
};

TEST(OutOfMemory, networksOfAnEarlierSessionGoFirst) {
  // For the rasters, not for what the network computes.
  auto network = std::make_shared<Hoarding>(Room{1'000'000, 1'000'000, "/var/tmp"});
  network->own.activationBytesPerPixel = 1e9 / (kSmallSide * kSmallSide);
  RunOptions options;
  options.memoryBudget = 1ULL << 62;
  const auto finished = tests::runOn(photo(), network, options);
  ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
  EXPECT_TRUE(finished.outcome.warnings.empty());
  EXPECT_EQ(network->calls, 1);
  EXPECT_EQ(network->asked, 1);
  // Not even for the rasters.
  const Photo source = photo();
  const auto tight = tests::runOn(source, std::make_shared<Hoarding>(Room{1000, 1000, "/var/tmp"}));
  EXPECT_EQ(tight.outcome.status, Status::Done) << tight.outcome.error->what();
}

TEST(OutOfMemory, networksOfOneStepGoBeforeTheNextOne) {
  const auto hoarding = std::make_shared<Hoarding>(Room{1'000'000, 1'000'000, "/var/tmp"});
  int asked = 0;
  ModelLibrary library({});
  library.add("first", hoarding);
  library.add("second", std::make_shared<FakeNetwork>([&](const at::Tensor& picture, models::Observer&) {
                asked = hoarding->asked;
                return picture.clone();
              }));
  const Photo source = photo();
  RasterSink sink(SampleType::UInt16);
  RunObserver nobody;
  RunOptions options;
  options.device = "cpu";
  const Outcome outcome = run(library, Recipe{{{"first", {}, 1}, {"second", {}, 1}}}, source, sink, nobody, options);
  ASSERT_EQ(outcome.status, Status::Done) << outcome.error->what();
  EXPECT_EQ(asked, 1);
}

TEST(OutOfMemory, theBudgetDecidesTheTile) {
  auto network = greedy();
  network->own.activationBytesPerPixel = 1000;
  RunOptions options;
  options.memoryBudget = 1000 * 40 * 40;
  const auto finished = tests::runOn(photo(), network, options);
  EXPECT_LE(finished.outcome.tileSide, 128);
  EXPECT_GE(network->calls, 11);
  EXPECT_TRUE(finished.outcome.warnings.empty());
}

TEST(OutOfMemory, networksThatAreNotLocalStaySeamlessWhenHalved) {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer&) {
    const at::Tensor activations = at::zeros({picture.size(0), 64, picture.size(2), picture.size(3)});
    return picture + activations[0][0][0][0];
  });
  network->own.margin = 8;
  network->own.local = false;
  FailingAllocator allocator(64 * 4 * 70 * 70);
  const auto finished = tests::runOn(photo(), network);
  ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
  EXPECT_LE(tests::largestDifference(*photo().raster, *finished.raster), 1);
}

}  // namespace
}  // namespace heirloom::core
