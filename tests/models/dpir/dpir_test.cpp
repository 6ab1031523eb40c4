#include "models/dpir/dpir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

#include "models/common/fft_data_step.h"
#include "models/dpir/inpainting.h"
#include "models/dpir/mosaic.h"
#include "models/dpir/schedule.h"
#include "models/dpir/shifted_pixels.h"
#include "tests/models/dpir/dpir_loop.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// kair.md 1.9.
TEST(Dpir, schedulesAreTheReferences) {
  const DpirSchedule deblur = dpirSchedule(7.65 / 255, 8, 7.65);
  EXPECT_NEAR(deblur.sigma[0] * 255, 49, 1e-5);
  EXPECT_NEAR(deblur.sigma[1] * 255, 37.58174, 1e-5);
  EXPECT_NEAR(deblur.sigma[2] * 255, 28.82422, 1e-5);
  EXPECT_NEAR(deblur.sigma[7] * 255, 7.65, 1e-5);
  EXPECT_NEAR(deblur.rho[0], 0.00560607, 1e-8);
  EXPECT_NEAR(deblur.rho[1], 0.00953009, 1e-8);
  EXPECT_NEAR(deblur.rho[7], 0.23, 1e-8);
  const DpirSchedule enlarging = dpirSchedule(0.001, 24, 2);
  EXPECT_NEAR(enlarging.sigma[1] * 255, 42.63807, 1e-5);
  EXPECT_NEAR(enlarging.rho[0], 6.22897e-6, 1e-11);
  EXPECT_NEAR(enlarging.rho[23], 0.00373894, 1e-8);
  const DpirSchedule mosaic = dpirSchedule(0.001, 40, 0.6);
  EXPECT_NEAR(mosaic.sigma[1] * 255, 43.76927, 1e-5);
  EXPECT_NEAR(mosaic.rho[39], 0.0415437, 1e-7);
}

TEST(Dpir, missingPixelsAreFilledFromAround) {
  const at::Tensor ramp = at::linspace(0.2, 0.8, 64).view({1, 1, 1, 64}).expand({1, 3, 64, 64}).contiguous();
  at::Tensor holed = ramp.clone();
  holed.slice(2, 20, 30).slice(3, 24, 34).fill_(0);
  const at::Tensor known = knownPixels(holed, "black");
  EXPECT_EQ((1 - known).sum().item<float>(), 100);
  const at::Tensor filled = filledFromAround(holed, known);
  EXPECT_LT((filled - ramp).abs().max().item<float>(), 0.1F);
  EXPECT_TRUE(at::equal(filled * known, holed));
}

TEST(Dpir, pixelsMoveByHalfTheScale) {
  const at::Tensor ramp = at::arange(12, at::kFloat).view({1, 1, 1, 12}).expand({1, 1, 3, 12}).contiguous();
  const at::Tensor moved = shiftedPixels(ramp, 4);
  EXPECT_FLOAT_EQ(moved[0][0][0][0].item<float>(), 1.5F);
  EXPECT_FLOAT_EQ(moved[0][0][0][8].item<float>(), 9.5F);
  EXPECT_FLOAT_EQ(moved[0][0][0][11].item<float>(), 11);
}

// With D(z) = c z every frequency goes its own way: x <- c (conj(K) Y + rho x) / (|K|^2 + rho).
TEST(Dpir, deblursAsTheRecursionOfALinearDenoiserSays) {
  DpirLoop dpir = dpirLoop("dpir-deblur", 0.9);
  dpir.settings.set("kernel", "gaussian:1,1.5,20");
  dpir.settings.set("noise_level", "7.65");
  const at::Tensor y = at::rand({1, 3, 24, 32});
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);

  const at::Tensor transfer = opticalTransfer(kernelTensor(dpir.settings.grid("kernel"), at::kCPU), 24, 32);
  const at::Tensor spectrum = at::fft_fft2(y);
  at::Tensor x = spectrum;
  const DpirSchedule schedule = dpirSchedule(7.65 / 255, 8, 7.65);
  for (const double rho : schedule.rho) {
    x = 0.9 * (transfer.conj() * spectrum + rho * x) / (transfer.abs().square() + rho);
  }
  EXPECT_LT((result - at::real(at::fft_ifft2(x))).abs().max().item<float>(), 1e-4F);
  ASSERT_EQ(dpir.denoiser->levels.size(), 9U);  // once to start, then one an iteration
  EXPECT_NEAR(dpir.denoiser->levels[1], 49, 1e-4);
  EXPECT_NEAR(dpir.denoiser->levels[8], 7.65, 1e-4);
}

// Where nothing is known the data step keeps x: c^n of the start. Where a pixel is known it goes to the fixed point of
// x <- c (y + rho x) / (1 + rho), and is put back in the end.
TEST(Dpir, inpaintingKeepsWhatIsKnown) {
  DpirLoop dpir = dpirLoop("dpir-inpaint", 0.5);
  dpir.settings.set("noise_level", "0");
  dpir.settings.set("iterations", "3");
  at::Tensor y = at::full({1, 3, 16, 16}, 0.6F);
  y.slice(2, 4, 8).slice(3, 4, 8).fill_(0);
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  const at::Tensor known = knownPixels(y, "black");
  EXPECT_TRUE(at::equal(result * known, y * known));
  EXPECT_NEAR(result[0][0][5][5].item<float>(), 0.6 * 0.125, 1e-5);
}

// Its luma is that of other colours, so that black pixels would have been filled in its place.
TEST(Dpir, inGreyNothingIsMagenta) {
  DpirLoop dpir = dpirLoop("dpir-inpaint", 1);
  dpir.settings.set("missing", "magenta");
  dpir.settings.set("iterations", "1");
  Observer observer;
  at::Tensor y = at::full({1, 3, 8, 8}, 0.25F);
  y.slice(2, 2, 4).copy_(at::tensor({1.F, 0.F, 1.F}).view({1, 3, 1, 1}));
  const at::Tensor filled = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  EXPECT_LT((filled - 0.25).abs().max().item<float>(), 0.01F);

  const auto grey = std::make_shared<Scaling>(1, 1, /*channels=*/1);
  dpir.settings.set("denoiser", Settings::Value(ModelReference{"grey", grey}));
  try {
    dpir.restorer->start(dpir.settings, {}, observer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("grey is a grey denoiser, which sees no magenta"));
  }
  for (const char* mark : {"black", "white"}) {
    dpir.settings.set("missing", mark);
    EXPECT_NO_THROW(dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 1, 8, 8})));
  }
}

// And shrinks the rest of its start by c an iteration.
TEST(Dpir, demosaicingPutsTheMosaicBack) {
  DpirLoop dpir = dpirLoop("dpir-demosaic", 0.9);
  dpir.settings.set("iterations", "2");
  const at::Tensor y = at::rand({1, 3, 12, 12});
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  const at::Tensor mask = bayerMask("RGGB", 12, 12, at::kCPU);
  EXPECT_TRUE(at::equal(result * mask, y * mask));
  const at::Tensor start = demosaicedLinearly((y * mask).sum(1, true), "RGGB").clamp(0, 1);
  EXPECT_LT(((result - 0.81 * start) * (1 - mask)).abs().max().item<float>(), 1e-4F);
}

TEST(Dpir, everyIterationIsAPreviewAndAStopCounts) {
  struct Watching : Observer {
    void preview(int index, const at::Tensor& picture) override {
      EXPECT_EQ(index, seen++);
      EXPECT_EQ(picture.size(2), 32);
    }
    bool stopRequested() const override { return seen == 5; }
    int seen = 0;
  } observer;
  DpirLoop dpir = dpirLoop("dpir-sr", 1);
  dpir.settings.set("scale", "2");
  EXPECT_THROW(dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 3, 16, 16})), Stopped);
  EXPECT_EQ(observer.seen, 5);
  EXPECT_EQ(dpir.restorer->describe(dpir.settings).scale, 2);
}

TEST(Dpir, aPhotosMirroredSurroundingsAreCutOffAgain) {
  DpirLoop dpir = dpirLoop("dpir-sr", 1);
  dpir.settings.set("scale", "3");
  dpir.settings.set("surroundings", "mirrored");
  dpir.settings.set("kernel", "gaussian:2");
  Observer observer;
  // A ramp does not go on at its opposite side: circular surroundings ring there, mirrored ones do not.
  const at::Tensor ramp = at::linspace(0, 1, 40).view({1, 1, 1, 40}).expand({1, 3, 40, 40}).contiguous();
  const at::Tensor mirrored = dpir.restorer->start(dpir.settings, {}, observer)->restore(ramp);
  dpir.settings.set("surroundings", "circular");
  const at::Tensor circular = dpir.restorer->start(dpir.settings, {}, observer)->restore(ramp);
  EXPECT_EQ(mirrored.sizes(), at::IntArrayRef({1, 3, 120, 120}));
  const auto edgeError = [&](const at::Tensor& result) {
    const at::Tensor wide = at::upsample_bilinear2d(ramp, {120, 120}, false);
    return (result - wide).slice(3, 0, 6).abs().max().item<float>();
  };
  EXPECT_LT(edgeError(mirrored), 0.3F * edgeError(circular));
}

TEST(Dpir, aKernelLargerThanThePhotoIsRefusedWhateverSurroundsIt) {
  DpirLoop dpir = dpirLoop("dpir-deblur", 1);
  dpir.settings.set("kernel", "motion:40");
  Observer observer;
  for (const char* surroundings : {"mirrored", "circular"}) {
    dpir.settings.set("surroundings", surroundings);
    try {
      dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 3, 20, 30}));
      FAIL() << surroundings;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("41 x 41 is larger than the picture of 30 x 20"));
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
