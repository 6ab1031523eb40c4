// Where the blur follows the decimation, and the prior enlarges.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>

#include "models/common/fft_data_step.h"
#include "tests/models/dpir/dpir_loop.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// MATLAB's imresize to the half, by the weights of kair.md 4.1.
at::Tensor halved(at::Tensor x) {
  const at::Tensor taps = at::tensor(
      {-0.01171875F, -0.03515625F, 0.11328125F, 0.43359375F, 0.43359375F, 0.11328125F, -0.03515625F, -0.01171875F});
  for (const std::int64_t side : {2, 3}) {
    const at::Tensor before = x.narrow(side, 0, 3).flip(side);
    const at::Tensor after = x.narrow(side, x.size(side) - 3, 3).flip(side);
    x = at::matmul(at::cat({before, x, after}, side).unfold(side, 8, 2), taps);
  }
  return x;
}

// kair.md 1.6; DPSR's get_rho_sigma and demo_test_dpsr.py: 15 levels from 49 to 2.55, rho = noise^2 / level^2 / 3.
TEST(Dpir, dpsrTakesItsDataStepOnTheGridOfTheSource) {
  DpirLoop dpsr = dpirLoop("dpsr", 0.9, 2);
  dpsr.settings.set("kernel", "gaussian:1,1.5,20");
  dpsr.settings.set("noise_level", "7.65");
  const at::Tensor y = at::rand({1, 3, 24, 32});
  Observer observer;
  const at::Tensor result = dpsr.restorer->start(dpsr.settings, {}, observer)->restore(y);

  const at::Tensor transfer = opticalTransfer(kernelTensor(dpsr.settings.grid("kernel"), at::kCPU), 24, 32);
  const at::Tensor spectrum = at::fft_fft2(y);
  at::Tensor small = y;
  at::Tensor large;
  for (int i = 0; i < 15; ++i) {
    const double level = 49 * std::pow(2.55 / 49, i / 14.0);
    const double rho = std::pow(7.65 / level, 2) / 3;
    const at::Tensor z = at::real(
        at::fft_ifft2((transfer.conj() * spectrum + rho * at::fft_fft2(small)) / (transfer.abs().square() + rho)));
    large = at::upsample_nearest2d(0.9 * z, {48, 64});
    small = halved(large.clamp(0, 1));
  }
  EXPECT_LT((result - large).abs().max().item<float>(), 1e-4F);
  ASSERT_EQ(dpsr.denoiser->levels.size(), 16U);  // once to start, then one an iteration
  EXPECT_NEAR(dpsr.denoiser->levels[1], 49, 1e-4);
  EXPECT_NEAR(dpsr.denoiser->levels[15], 2.55, 1e-4);
}

TEST(Dpir, dpsrEnlargesByWhatItsPriorDoes) {
  struct Watching : Observer {
    void preview(int, const at::Tensor& picture) override { EXPECT_EQ(picture.size(3), 120); }
  } observer;
  DpirLoop dpsr = dpirLoop("dpsr", 1, 3);
  dpsr.settings.set("surroundings", "mirrored");
  dpsr.settings.set("kernel", "gaussian:0.6");
  dpsr.settings.set("noise_level", "10");
  EXPECT_EQ(dpsr.restorer->describe(dpsr.settings).scale, 3);
  const at::Tensor ramp = at::linspace(0, 1, 40).view({1, 1, 1, 40}).expand({1, 3, 30, 40}).contiguous();
  const at::Tensor result = dpsr.restorer->start(dpsr.settings, {}, observer)->restore(ramp);
  ASSERT_EQ(result.sizes(), at::IntArrayRef({1, 3, 90, 120}));
  const at::Tensor expected = at::upsample_nearest2d(ramp, {90, 120});
  EXPECT_LT((result - expected).slice(3, 39, 81).abs().max().item<float>(), 0.01F);
}

}  // namespace
}  // namespace heirloom::tests
