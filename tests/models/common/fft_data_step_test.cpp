#include "models/common/fft_data_step.h"

#include <gtest/gtest.h>

#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "tests/models/support/closed_form.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

at::Tensor picture(std::uint32_t seed, at::IntArrayRef shape) {
  return (closedFormUniform(seed, shape) + 0.5).to(at::kFloat);
}

at::Tensor kernel5() {
  const at::Tensor kernel = picture(7, {1, 1, 5, 5});
  return kernel / kernel.sum();
}

/// Circular convolution and decimation at the top left, term by term.
at::Tensor degraded(const at::Tensor& x, const at::Tensor& kernel, int scale) {
  at::Tensor sum = at::zeros_like(x);
  for (std::int64_t row = 0; row < kernel.size(2); ++row) {
    for (std::int64_t column = 0; column < kernel.size(3); ++column) {
      sum += kernel[0][0][row][column] * x.roll({row - kernel.size(2) / 2, column - kernel.size(3) / 2}, {2, 3});
    }
  }
  return sum.slice(2, 0, x.size(2), scale).slice(3, 0, x.size(3), scale);
}

// kair.md 8.4, on the input of the USRNet record at scale 2.
TEST(FftDataStep, hasTheReferencesValues) {
  const at::Tensor transfer = opticalTransfer(kernel5(), 20, 18);
  const auto value = [&](int row, int column) { return transfer[0][0][row][column].item<c10::complex<float>>(); };
  EXPECT_NEAR(value(0, 0).real(), 1, 1e-6);
  EXPECT_NEAR(value(0, 1).real(), 0.89315224, 1e-6);
  EXPECT_NEAR(value(0, 1).imag(), 0.06347527, 1e-6);
  EXPECT_NEAR(value(1, 1).real(), 0.81284392, 1e-6);
  EXPECT_NEAR(value(1, 1).imag(), 0.05371845, 1e-6);

  const at::Tensor y = picture(1000, {1, 3, 10, 9});
  const at::Tensor z = at::upsample_nearest2d(y, {20, 18});
  const at::Tensor x = FftDataStep(y, kernel5(), 2).solve(z, at::full({1, 1, 1, 1}, 0.1F));
  EXPECT_NEAR(x.mean().item<double>(), 0.473818, 1e-5);
  EXPECT_NEAR(x.flatten()[0].item<double>(), 0.161080, 1e-5);
  EXPECT_NEAR(x.flatten()[3].item<double>(), 0.868052, 1e-5);
  EXPECT_NEAR(x.flatten()[-1].item<double>(), 0.463196, 1e-5);
}

// A'(A x - y) + alpha (x - z) = 0, with <A u, v> = <u, A' v> taken from the operator itself.
TEST(FftDataStep, solvesTheNormalEquations) {
  for (const int scale : {1, 2, 3}) {
    const at::Tensor y = picture(3, {1, 2, 6, 8});
    const at::Tensor z = picture(4, {1, 2, 6 * scale, 8 * scale});
    const double alpha = 0.07;
    const at::Tensor x = FftDataStep(y, kernel5(), scale).solve(z, at::full({1, 1, 1, 1}, alpha)).to(at::kDouble);
    const at::Tensor kernel = kernel5().to(at::kDouble);
    const at::Tensor residual = degraded(x, kernel, scale) - y.to(at::kDouble);
    for (std::uint32_t direction = 20; direction < 24; ++direction) {
      const at::Tensor v = closedFormUniform(direction, x.sizes());
      const double gradient = (residual * degraded(v, kernel, scale)).sum().item<double>() +
                              alpha * ((x - z.to(at::kDouble)) * v).sum().item<double>();
      EXPECT_NEAR(gradient, 0, 1e-5) << scale;
    }
  }
}

// Where alpha is small, as in the first iterations of DPIR and DPSR on pictures without noise.
TEST(FftDataStep, aFlatPictureStaysFlat) {
  const at::Tensor flat = at::full({1, 1, 6, 8}, 0.5F);
  const at::Tensor x = FftDataStep(flat, kernel5(), 1).solve(flat, at::full({1, 1, 1, 1}, 1e-5F));
  EXPECT_LT((x - flat).abs().max().item<float>(), 1e-5F);
}

TEST(FftDataStep, aKernelLargerThanThePictureIsRefusedInWords) {
  EXPECT_THROW(opticalTransfer(kernel5(), 4, 20), Error);
}

}  // namespace
}  // namespace heirloom::tests
