// The loops of the tasks that enlarge, by hand. With D(z) = c z they are: x <- c argmin |y - (k (*) x) down s|^2 + rho
// |x - z|^2, whose data step has tests of its own.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>

#include "models/common/fft_data_step.h"
#include "models/dpir/schedule.h"
#include "models/dpir/shifted_pixels.h"
#include "tests/models/dpir/dpir_loop.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr double kFactor = 0.95;  // of the denoiser: what the start alone holds is a third in the end

/// kair.md 1.9: 24 levels from 49 to the larger one of scale and noise, from a bicubic enlargement that is moved.
at::Tensor enlargedByHand(const at::Tensor& y, const at::Tensor& kernel, int scale, double noise) {
  const FftDataStep data(y, kernel, scale);
  at::Tensor x = shiftedPixels(at::upsample_bicubic2d(y, {y.size(2) * scale, y.size(3) * scale}, false), scale);
  for (const double rho : dpirSchedule(noise / 255, 24, std::max<double>(scale, noise)).rho)
    x = kFactor * data.solve(x, at::full({1, 1, 1, 1}, rho, at::kFloat));
  return x;
}

/// Of the loop with these settings; single precision loses much where rho is small.
void expectEnlarged(const DpirLoop& dpir, const at::Tensor& kernel, int scale, double noise) {
  SCOPED_TRACE(scale);
  const at::Tensor y = at::rand({1, 3, 26, 30});
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  ASSERT_EQ(result.sizes(), at::IntArrayRef({1, 3, 26 * scale, 30 * scale}));
  EXPECT_LT((result - enlargedByHand(y, kernel, scale, noise)).abs().max().item<float>(), 2e-3F);
  ASSERT_EQ(dpir.denoiser->levels.size(), 25U);  // once to start, then one an iteration
  EXPECT_NEAR(dpir.denoiser->levels[1], 49, 1e-4);
  EXPECT_NEAR(dpir.denoiser->levels[24], std::max<double>(scale, noise), 1e-4);
}

TEST(Dpir, enlargesAsTheRecursionOfALinearDenoiserSays) {
  for (const int scale : {2, 3}) {
    DpirLoop dpir = dpirLoop("dpir-sr", kFactor);
    dpir.settings.set("scale", Settings::Value(std::int64_t{scale}));
    dpir.settings.set("kernel", "gaussian:1.2,1.8,20");
    dpir.settings.set("noise_level", "2.5");
    expectEnlarged(dpir, kernelTensor(dpir.settings.grid("kernel"), at::kCPU), scale, 2.5);
  }
}

/// A Gaussian of `width` on 25 x 25, moved by half a cell and scaled to 1.
at::Tensor movedGaussian(double width, int scale) {
  const at::Tensor along = at::exp((at::arange(25, at::kDouble) - 12).square() / (-2 * width * width));
  const at::Tensor kernel = at::outer(along, along);
  const at::Tensor moved = shiftedPixels((kernel / kernel.sum()).to(at::kFloat).view({1, 1, 25, 25}), scale);
  return moved / moved.sum();
}

// kair.md 1.9, real SISR; main_dpir_sisr_real_applications.py: widths of 0.6, 0.9, 1.7 and 2.2, noise of 3 or more.
TEST(Dpir, enlargesPhotosAsTheReferencesScriptForThem) {
  int scale = 0;
  for (const double width : {0.6, 0.9, 1.7, 2.2}) {
    DpirLoop dpir = dpirLoop("dpir-sr-real", kFactor);
    EXPECT_FALSE(dpir.settings.has("kernel"));
    EXPECT_EQ(dpir.settings.real("noise_level"), 3);
    EXPECT_THROW(dpir.settings.set("noise_level", "2.5"), Error);
    dpir.settings.set("scale", Settings::Value(std::int64_t{++scale}));
    EXPECT_EQ(dpir.restorer->describe(dpir.settings).scale, scale);
    expectEnlarged(dpir, movedGaussian(width, scale), scale, 3);
  }
}

// What a descriptor says before anything is set.
TEST(Dpir, whatEnlargesByASettingSaysItsDefault) {
  for (const Algorithm& algorithm : dpirAlgorithms()) {
    const Settings settings(algorithm.restorer->descriptor().parameters);
    const std::int64_t scale = settings.has("scale") ? settings.integer("scale") : 1;
    EXPECT_EQ(algorithm.restorer->descriptor().scale, scale) << algorithm.name;
    EXPECT_EQ(settings.has("scale"), algorithm.name.starts_with("dpir-sr")) << algorithm.name;
  }
}

}  // namespace
}  // namespace heirloom::tests
