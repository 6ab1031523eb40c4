// What a run says of how far it is and how long it takes.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/engine/run.h"
#include "core/engine/speed.h"
#include "models/common/unread_weights.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

using tests::Diary;
using tests::FakeNetwork;
using tests::identity;
using tests::runOn;
using tests::texturedPhoto;
using Status = Outcome::Status;

TEST(Run, reportsEveryTileAndSteadyProgress) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  RunOptions options;
  options.tile = 16;
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

/// Has still to read what a minute reads.
class UnreadNetwork : public FakeNetwork, public models::ReadsWhenRun {
 public:
  static constexpr double kSeconds = 60;

  using FakeNetwork::FakeNetwork;
  std::uint64_t bytesToRead(const models::Settings&, const models::Placement&) const override {
    return static_cast<std::uint64_t>(kSeconds * kReadPerSecond);
  }
};

TEST(Run, theEstimateCountsWhatIsStillToBeRead) {
  const Photo photo = texturedPhoto({64, 48, ColourModel::Rgb, false, SampleType::UInt8});
  const auto network = std::make_shared<UnreadNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    observer.progress({}, 0.02);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    observer.progress({}, 0.02);
    return picture;
  });
  network->own.progressive = true;
  const auto finished = runOn(photo, network);
  ASSERT_EQ(finished.outcome.status, Status::Done);
  ASSERT_GE(finished.diary.reports.size(), 3U);
  // Whatever was done so far is none of the work.
  for (std::size_t i = 0; i < 3; ++i) {
    const Progress& report = finished.diary.reports[i];
    ASSERT_TRUE(report.remaining) << i;
    EXPECT_NEAR(report.remaining->count() + report.elapsed.count(), UnreadNetwork::kSeconds, 0.05) << i;
  }
  // The picture of a step that was kept needs none of it.
  RunOptions picture;
  picture.onlyPicture = true;
  EXPECT_FALSE(runOn(photo, network, picture).diary.reports.front().remaining);
}

}  // namespace
}  // namespace heirloom::core
