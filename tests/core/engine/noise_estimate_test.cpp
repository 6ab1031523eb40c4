#include "core/engine/noise_estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/quality/numpy_random.h"
#include "tests/core/support/photos.h"
#include "tests/support/shared.h"

namespace heirloom::core {
namespace {

WorkingColour workingColour(ColourModel model) {
  return WorkingColour(model, {});
}

/// `clean` with noise, clipped and rounded to 8 bits as a camera's file is.
Photo noisy(const Raster& clean, double sigma) {
  NumpyRandom random(0);
  const auto samples = tests::samplesOf(clean);
  const int bands = clean.layout().bands();
  return tests::photoOf(clean.layout(), [&](auto x, auto y, int band) {
    return samples[static_cast<std::size_t>((y * clean.width() + x) * bands + band)] + sigma / 255 * random.normal();
  });
}

/// The middle of a photo, a third of its sides.
Photo middleOf(const Photo& photo) {
  Layout layout = photo.raster->layout();
  layout.width /= 3;
  layout.height /= 3;
  auto raster = std::make_shared<Raster>(layout);
  std::vector<float> samples(static_cast<std::size_t>(layout.width * layout.height * layout.bands()));
  toFloat(*photo.raster, {layout.width, layout.height, layout.width, layout.height}, samples);
  fromFloat(samples, {0, 0, layout.width, layout.height}, *raster);
  Photo part;
  part.raster = raster;
  return part;
}

TEST(NoiseEstimate, isRightOnRealPhotos) {
  REQUIRE_SHARED(folder, "photos/eval");
  for (const char* name : {"casa-mila.jpg", "perched-osprey.jpg", "oakland-zoo-otters.jpg", "roman-colosseum.jpg",
                           "tony-webster-97532.jpg", "beacon-street-sunset.jpg"}) {
    const Photo photo = middleOf(readPhoto(folder / name));
    const WorkingColour colour = workingColour(photo.raster->layout().model);
    const double own = estimateNoise(*photo.raster, colour, 3);
    EXPECT_LT(own, 6) << name;
    for (const double sigma : {5.0, 15.0, 25.0, 50.0}) {
      const double there = std::hypot(sigma, own);  // no photo is without noise of its own
      EXPECT_NEAR(estimateNoise(*noisy(*photo.raster, sigma).raster, colour, 3), there, 0.15 * there)
          << name << " " << sigma << " " << own;
    }
  }
}

TEST(NoiseEstimate, greyNetworksAreToldTheNoiseOfLuma) {
  const Photo flat = tests::photoOf({300, 300, ColourModel::Rgb, false, SampleType::UInt8},
                                    [](auto x, auto, int) { return 0.4 + 0.0005 * static_cast<double>(x); });
  const Photo photo = noisy(*flat.raster, 20);
  const WorkingColour colour = workingColour(ColourModel::Rgb);
  EXPECT_NEAR(estimateNoise(*photo.raster, colour, 3), 20, 1);
  EXPECT_NEAR(estimateNoise(*photo.raster, colour, 1), 20 * std::sqrt(.299 * .299 + .587 * .587 + .114 * .114), 1);
}

TEST(NoiseEstimate, isNothingOfCleanOrTinyPictures) {
  const WorkingColour colour = workingColour(ColourModel::Grey);
  const Photo clean = tests::photoOf({200, 200, ColourModel::Grey, false, SampleType::UInt8},
                                     [](auto x, auto, int) { return x < 100 ? 0.3 : 0.7; });
  EXPECT_NEAR(estimateNoise(*clean.raster, colour, 1), 0, 0.1);
  const Photo tiny = tests::texturedPhoto({5, 300, ColourModel::Grey, false, SampleType::UInt8});
  EXPECT_EQ(estimateNoise(*tiny.raster, colour, 1), 0);
}

}  // namespace
}  // namespace heirloom::core
