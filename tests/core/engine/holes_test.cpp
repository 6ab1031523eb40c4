// Missing pixels of a photo in tiles, some of which lie within a hole.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/engine/run.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kPhotoSide = 512;
constexpr std::int64_t kHoleBegin = 56;
constexpr std::int64_t kHoleEnd = 456;
constexpr std::int64_t kTile =
    160;  // the margin is 48: tiles begin every 64 pixels or less, and some show the hole alone

/// Dark to the left and bright to the right of a black hole.
Photo photoWithHole() {
  return tests::photoOf({kPhotoSide, kPhotoSide, ColourModel::Rgb, false, SampleType::UInt8}, [](auto x, auto y, int) {
    const auto within = [](auto at) { return at >= kHoleBegin && at < kHoleEnd; };
    return within(x) && within(y) ? 0.0 : x < kPhotoSide / 2 ? 0.25 : 0.75;
  });
}

/// By a denoiser that leaves everything as it is, so that the result is what the iterations begin with.
std::shared_ptr<const Raster> filled(const Photo& photo, std::int64_t tile) {
  const auto denoiser = tests::identity();
  denoiser->own.parameters = {tests::noiseLevel()};
  ModelLibrary library({});
  library.add("denoiser", denoiser);
  const Recipe recipe =
      tests::recipeOf("dpir-inpaint", {{"denoiser", "denoiser"}, {"iterations", "1"}, {"noise_level", "0"}});
  RunOptions options;
  options.device = "cpu";
  options.tile = tile;
  RasterSink sink(SampleType::Float32);
  RunObserver nobody;
  const Outcome outcome = run(library, recipe, photo, sink, nobody, options);
  EXPECT_EQ(outcome.status, Outcome::Status::Done) << (outcome.error ? outcome.error->what() : "");
  return sink.raster();
}

TEST(Holes, largerThanATileAreFilledFromBeyondIt) {
  const Photo photo = photoWithHole();
  const auto tiles = filled(photo, kTile);
  ASSERT_TRUE(tiles);
  const std::vector<float> samples = tests::samplesOf(*tiles);
  const auto [least, most] = std::ranges::minmax_element(samples);
  EXPECT_GT(*least, 0.24F);  // black where a tile knew nothing
  EXPECT_LT(*most, 0.76F);
  const auto at = [&](std::int64_t x, std::int64_t y) {
    return samples[static_cast<std::size_t>((y * kPhotoSide + x) * 3)];
  };
  EXPECT_LT(at(100, kPhotoSide / 2), 0.4F);
  EXPECT_GT(at(412, kPhotoSide / 2), 0.6F);

  const auto whole = filled(photo, 0);
  EXPECT_LT(tests::largestDifference(*whole, *tiles), 0.15);
}

}  // namespace
}  // namespace heirloom::core
