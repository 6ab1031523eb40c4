// Photos that go through the networks in overlapping tiles, or smaller than they are, and what both promise.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/common/drawn_noise.h"
#include "models/common/resampling.h"
#include "models/dinov2/preprocessing.h"
#include "models/instantir/diffusion.h"
#include "models/instantir/reading.h"
#include "models/instantir/sampler.h"
#include "models/registry.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// Latents: two tiles of a plane share four columns. A latent is eight pixels wide.
constexpr std::int64_t kHeight = 8, kWidth = 12, kSide = 8, kShared = 4, kFactor = 8;

/// The same plane of noise for whoever diffuses it or a part of it.
class PlaneNoise : public NoiseSource {
 public:
  PlaneNoise(std::int64_t left, std::int64_t width) : left_(left), width_(width) {}
  at::Tensor normal(at::IntArrayRef shape) override {
    shapes.push_back(shape.vec());
    return plane_.normal({1, 4, kHeight, kWidth}).narrow(3, left_, width_).contiguous();
  }
  std::vector<std::vector<std::int64_t>> shapes;

 private:
  DrawnNoise plane_{5};
  std::int64_t left_, width_;
};

/// InstantIR where the parameter is true, SDXL alone otherwise.
class DiffusionInTiles : public DiffusionFolder, public testing::WithParamInterface<bool> {
 protected:
  DiffusionInTiles() {
    GetParam() ? writeTinyInstantIr(folder.path()) : writeTinySdxl(folder.path());
    const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
    networks = std::make_unique<SessionNetworks>(tensors, readDiffusion(tensors).config.value(), Placement{});
  }

  /// The plane's columns from `left` on, beside the whole picture, in tiles of kSide.
  at::Tensor diffused(
      int steps, std::int64_t left, std::int64_t width, NoiseSource& noise,
      const std::function<void(const DiffusionStep&)>& told = [](const DiffusionStep&) {}) {
    const c10::InferenceMode inference;
    InstantIrOptions options;
    options.sampler.steps = steps;
    options.overlap = kShared * kFactor;
    const auto texts = conditioned(networks->textEncoders(), {"a", "b"}, {});
    DiffusionRun run;
    run.picture = photo(kHeight * kFactor, kWidth * kFactor);
    run.latent = at::sin(at::arange(4 * kHeight * kWidth, at::kFloat)).view({1, 4, kHeight, kWidth});
    run.latent = run.latent.narrow(3, left, width).contiguous();
    run.prompt = texts[0];
    run.negative = texts[1];
    run.tileSide = kSide * kFactor;
    run.noise = &noise;
    run.stepDone = told;
    return diffuse(*networks, options, run);
  }

  std::unique_ptr<SessionNetworks> networks;
};

INSTANTIATE_TEST_SUITE_P(Folders, DiffusionInTiles, testing::Bool(),
                         [](const auto& test) { return test.param ? "InstantIR" : "SDXL"; });

/// One step of each tile is one of the tile alone, with its part of the noise and a look at the whole picture. What two
/// tiles share fades from the first to the second in its middle half: a raised cosine.
TEST_P(DiffusionInTiles, aStepIsTheMeanOfItsTilesByTheirShares) {
  PlaneNoise whole(0, kWidth), first(0, kSide), second(kWidth - kSide, kSide);
  const at::Tensor mixed = diffused(1, 0, kWidth, whole);
  const at::Tensor a = diffused(1, 0, kSide, first), b = diffused(1, kWidth - kSide, kSide, second);
  const double near = (1 - std::sqrt(0.5)) / 2;
  const at::Tensor share = at::tensor({0.0, near, 1 - near, 1.0}, at::kFloat);
  const at::Tensor early = a.narrow(3, kSide - kShared, kShared), late = b.narrow(3, 0, kShared);
  EXPECT_GT((early - late).abs().max().item<double>(), 1e-3) << "tiles that agree anyway prove nothing";
  const at::Tensor expected = at::cat(
      {a.narrow(3, 0, kSide - kShared), early * (1 - share) + late * share, b.narrow(3, kShared, kSide - kShared)}, 3);
  ASSERT_EQ(mixed.sizes(), expected.sizes());
  EXPECT_LT((mixed - expected).abs().max().item<double>(), 1e-4 * expected.abs().max().item<double>());
}

TEST_P(DiffusionInTiles, noiseIsDrawnForTheWholePlane) {
  PlaneNoise noise(0, kWidth);
  diffused(3, 0, kWidth, noise);
  ASSERT_GE(noise.shapes.size(), 3U);
  for (const auto& shape : noise.shapes) EXPECT_EQ(shape, (std::vector<std::int64_t>{1, 4, kHeight, kWidth}));
}

TEST_P(DiffusionInTiles, tilesAgreeToTheBitAfterEveryStep) {
  PlaneNoise noise(0, kWidth);
  int steps = 0;
  diffused(3, 0, kWidth, noise, [&](const DiffusionStep& step) {
    ++steps;
    EXPECT_EQ(step.sample.sizes().vec(), (std::vector<std::int64_t>{1, 4, kHeight, kWidth}));
    if (!GetParam()) return;  // it keeps the plane alone
    const at::Tensor& tiles = step.state->sample;
    ASSERT_EQ(tiles.sizes().vec(), (std::vector<std::int64_t>{2, 4, kHeight, kSide}));
    EXPECT_TRUE(at::equal(tiles[0].narrow(2, kSide - kShared, kShared), tiles[1].narrow(2, 0, kShared))) << step.index;
  });
  EXPECT_EQ(steps, 3);
}

/// Counts how often it is asked for a stop.
struct Asked : Observer {
  bool stopRequested() const override { return ++times, false; }
  mutable int times = 0;
};

/// Whoever holds the networks is asked once for each layer that looks: not for tiles, nor for steps.
TEST_P(DiffusionInTiles, thePhotoIsLookedAtOnce) {
  if (!GetParam()) GTEST_SKIP() << "SDXL alone looks at no photo";
  Asked asked;
  networks->hold(WeightChoice::Beside, kSide * kFactor * kSide * kFactor, asked);
  PlaneNoise first(0, kWidth);
  diffused(1, 0, kWidth, first);  // reads the networks, and looks at nothing
  for (const int steps : {1, 3}) {
    asked.times = 0;
    PlaneNoise noise(0, kWidth);
    diffused(steps, 0, kWidth, noise);
    EXPECT_EQ(asked.times, tinyNetworks().dino.layers) << steps;
  }
  networks->endSession();
}

class PhotosOfAnySize : public DiffusionFolder {
 protected:
  PhotosOfAnySize() { writeTinyInstantIr(folder.path()); }
};

/// In several strips, and brought back for the part that a person asks for.
TEST_F(PhotosOfAnySize, detailIsWhatTheWorkingSizeCouldNotHoldOfThePhoto) {
  constexpr std::int64_t kTall = 600, kWide = 400, kSeenTall = 128, kSeenWide = 64;
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("steps", "1");
  settings.set("size", "whole");
  at::manual_seed(4);
  const at::Tensor whole = at::rand({1, 3, kTall, kWide});
  Observer nobody;
  const auto restored = [&](double detail) {
    settings.set("detail", detail);
    return model->start(settings, {}, nobody)->restore(whole);
  };
  const auto sized = [](const at::Tensor& picture, std::int64_t height, std::int64_t width, Filter filter) {
    return resampled(picture, resamplingMatrix(picture.size(2), height, filter).to(at::kFloat),
                     resamplingMatrix(picture.size(3), width, filter).to(at::kFloat));
  };
  const at::Tensor held = sized(sized(whole, kSeenTall, kSeenWide, Filter::Bilinear), kTall, kWide, Filter::Bicubic);
  const at::Tensor without = restored(0);
  for (const double detail : {1.0, 0.5})
    EXPECT_LT((restored(detail) - without - detail * (whole - held)).abs().max().item<double>(), 1e-4) << detail;
}

}  // namespace
}  // namespace heirloom::tests
