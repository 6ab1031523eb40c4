// How photos of any size go through the networks, and what that amounts to.

#include "models/instantir/photo_plan.h"

#include <gtest/gtest.h>

#include "models/common/error.h"
#include "models/common/photo_work.h"
#include "models/instantir/cost.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/support/counted_work.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(PhotoPlans, tileLargePhotosOnAGpuAlone) {
  InstantIrOptions options;
  options.photo = "auto";
  EXPECT_EQ(planOf({3000, 4000}, options, /*onProcessor=*/false), (PhotoPlan{PhotoMode::Tiles, {3008, 4032}, 1024}));
  EXPECT_EQ(planOf({3000, 4000}, options, false).atOnce(), 1024 * 1024);
  EXPECT_EQ(planOf({3000, 4000}, options, /*onProcessor=*/true), (PhotoPlan{PhotoMode::Whole, {768, 1024}, 0}));
  EXPECT_EQ(planOf({900, 1200}, options, false).mode, PhotoMode::Whole);
  options.size.maxSide = 512;
  EXPECT_EQ(planOf({900, 1200}, options, false), (PhotoPlan{PhotoMode::Tiles, {960, 1216}, 512}));
  options.photo = "published";
  EXPECT_EQ(planOf({900, 1200}, options, false), (PhotoPlan{PhotoMode::Published, {384, 512}, 0}));
}

TEST(PhotoPlans, takePhotosBeyondSixteenToOneInTilesAlone) {
  InstantIrOptions options;
  const PixelSize narrow{65, 3000}, strip{64, 3000};
  for (const char* photo : {"published", "whole"}) {
    options.photo = photo;
    EXPECT_THROW(planOf(narrow, options, /*onProcessor=*/false), Error) << photo;
  }
  options.photo = "tiles";
  EXPECT_EQ(planOf(narrow, options, false), (PhotoPlan{PhotoMode::Tiles, {128, 3008}, 1024}));
  EXPECT_EQ(planOf({3000, 65}, options, false), (PhotoPlan{PhotoMode::Tiles, {3008, 128}, 1024}));
  EXPECT_THROW(planOf(strip, options, false), Error);
  options.photo = "auto";
  EXPECT_EQ(planOf(narrow, options, false).mode, PhotoMode::Tiles);
  EXPECT_THROW(planOf(narrow, options, /*onProcessor=*/true), Error);
}

TEST(PhotoWork, ofThePublishedRunIsWhatTheReferenceCounts) {
  constexpr double kTera = 1e12;
  const VaeCost vae = costOf(SdxlVaeConfig(), 1024.0 * 1024.0);
  EXPECT_NEAR(vae.encoder / kTera, 2.44, 0.01);
  EXPECT_NEAR(vae.decoder / kTera, 5.24, 0.02);
  EXPECT_NEAR(tinyDecoderCost({}, 1024.0 * 1024.0) / kTera, 0.28, 0.02);
  DiffusionConfig config;
  config.restoring.emplace();
  InstantIrOptions options;
  options.previews = PreviewKind::Off;
  const PhotoPlan plan{PhotoMode::Whole, {1024, 1024}, 0};
  EXPECT_NEAR(2 * photoCost(config, options, plan) / kTera, 1240, 30);  // with the corrections beside the weights
  // Four overlapping tiles are four times as much.
  const PhotoPlan tiles{PhotoMode::Tiles, {1792, 1792}, 1024};
  EXPECT_NEAR(photoCost(config, options, tiles) / photoCost(config, options, plan), 4, 1e-6);
  // SDXL alone: one UNet a step.
  config.restoring.reset();
  EXPECT_NEAR(2 * photoCost(config, options, plan) / kTera, 2 * (30 * 2 * 3.38 + 7.68), 6);
}

class PhotoWorkOfAFolder : public DiffusionFolder {};

TEST_F(PhotoWorkOfAFolder, isAboutWhatLibTorchIsAskedFor) {
  writeTinyInstantIr(folder.path());
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("weights", "offloaded");
  settings.set("steps", "1");
  Observer nobody;
  const auto session = model->start(settings, {.plain = true}, nobody);
  const CountedWork work;
  session->restore(photo(128, 128));
  // Encoders are left out, and the tiny previewer's corrections are of another rank than the published.
  const double counted = flopOf(*model, settings, 128, 128, at::kCPU);
  EXPECT_NEAR(counted / (2 * work.sum()), 1, 0.25);
  EXPECT_GT(model->descriptor().flopPerPixel, 0);
  // On the processor a photo goes whole: larger ones are no more work.
  settings.set("size", "auto");
  EXPECT_EQ(flopOf(*model, settings, 400, 400, at::kCPU), flopOf(*model, settings, 128, 128, at::kCPU));
  EXPECT_GT(flopOf(*model, settings, 400, 400, at::kCUDA), 4 * counted);
}

}  // namespace
}  // namespace heirloom::tests
