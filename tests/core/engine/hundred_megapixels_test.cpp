#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/engine/devices.h"
#include "core/engine/memory_budget.h"
#include "core/engine/run.h"
#include "models/registry.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kSide = 10'000;

std::int64_t peakResidentBytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

/// One layer of 64 channels and back: as much memory a pixel as a denoiser's widest place, at little cost.
std::shared_ptr<tests::FakeNetwork> wide() {
  at::manual_seed(1);
  const at::Tensor in = at::randn({64, 3, 1, 1});
  const at::Tensor out = at::randn({3, 64, 3, 3}) * 1e-3;
  auto network = std::make_shared<tests::FakeNetwork>([in, out](const at::Tensor& picture, models::Observer&) {
    return picture + at::conv2d(at::conv2d(picture, in).relu_(), out, {}, 1, 1);
  });
  network->own.margin = 17;
  network->own.activationBytesPerPixel = 64 * 4 * 2;
  return network;
}

Photo hundredMegapixels() {
  auto raster = std::make_shared<Raster>(Layout{kSide, kSide, ColourModel::Rgb, false, SampleType::UInt8});
  for (std::int64_t y = 0; y < kSide; ++y) {
    const auto row = raster->samples<std::uint8_t>(y);
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = static_cast<std::uint8_t>(40 + (i * 7 + static_cast<std::size_t>(y) * 13) % 151);
  }
  Photo photo;
  photo.raster = raster;
  return photo;
}

// Suites of their own, so that ctest runs them in processes of their own: the peak is the process's.
TEST(HundredMegapixels, areRestoredWithinFourGigabytes) {
  initialiseEngine();
  const auto finished = tests::runOn(hundredMegapixels(), wide());
  ASSERT_EQ(finished.outcome.status, Outcome::Status::Done) << finished.outcome.error->what();
  EXPECT_TRUE(finished.outcome.warnings.empty());
  EXPECT_EQ(finished.raster->width(), kSide);
  EXPECT_GT(finished.diary.tiles.size(), 20u);
  EXPECT_LT(peakResidentBytes(), 4'000'000'000);
  EXPECT_GT(peakResidentBytes(), 900'000'000);  // the pixels themselves are counted
}

// Its session is given the photo whole, so there is no tile that could be smaller: what it says of its memory holds.
TEST(HundredMegapixelsSquashed, intoTheSquareOfRestoreVarWithinWhatItSays) {
  if (availableMemory(at::kCPU) < 10'000'000'000) GTEST_SKIP() << "this takes 10 GB of free memory";
  initialiseEngine();
  const tests::TemporaryFolder folder;
  tests::writeTinyRestoreVar(folder.path());
  const std::shared_ptr<const models::Restorer> network = models::open(folder.path());
  constexpr double kPixels = static_cast<double>(kSide) * kSide;
  constexpr double kRasters = kPixels * 3 * (1 + 2);  // the photo's 8 bits, the result's 16
  const double said = kPixels * network->descriptor().activationBytesPerPixel;
  const auto finished = tests::runOn(hundredMegapixels(), network, {}, {{"size", "square"}, {"previews", "0"}});
  ASSERT_EQ(finished.outcome.status, Outcome::Status::Done) << finished.outcome.error->what();
  EXPECT_TRUE(finished.outcome.warnings.empty());
  EXPECT_EQ(finished.raster->width(), kSide);
  EXPECT_EQ(finished.raster->height(), kSide);
  EXPECT_EQ(finished.diary.tiles.size(), 1U);
  const auto peak = static_cast<double>(peakResidentBytes());
  EXPECT_LT(peak, said + kRasters);
  EXPECT_GT(peak, kPixels * 3 * 4 * 2 + kRasters);  // what goes in and what comes out in float32 is counted
}

}  // namespace
}  // namespace heirloom::core
