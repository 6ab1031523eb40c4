#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/engine/devices.h"
#include "core/engine/run.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

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

// Run on its own (ctest does): the peak is the process's.
TEST(HundredMegapixels, areRestoredWithinFourGigabytes) {
  initialiseEngine();
  auto raster = std::make_shared<Raster>(Layout{kSide, kSide, ColourModel::Rgb, false, SampleType::UInt8});
  for (std::int64_t y = 0; y < kSide; ++y) {
    const auto row = raster->samples<std::uint8_t>(y);
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = static_cast<std::uint8_t>(40 + (i * 7 + static_cast<std::size_t>(y) * 13) % 151);
  }
  Photo photo;
  photo.raster = raster;
  const auto finished = tests::runOn(photo, wide());
  ASSERT_EQ(finished.outcome.status, Outcome::Status::Done) << finished.outcome.error->what();
  EXPECT_TRUE(finished.outcome.warnings.empty());
  EXPECT_EQ(finished.raster->width(), kSide);
  EXPECT_GT(finished.diary.tiles.size(), 20u);
  EXPECT_LT(peakResidentBytes(), 4'000'000'000);
  EXPECT_GT(peakResidentBytes(), 900'000'000);  // the pixels themselves are counted
}

}  // namespace
}  // namespace heirloom::core
