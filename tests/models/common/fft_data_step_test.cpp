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
  EXPECT_NEAR(value(0, 2).real(), 0.61280322, 1e-6);
  EXPECT_NEAR(value(0, 2).imag(), 0.10858916, 1e-6);
  EXPECT_NEAR(value(1, 1).real(), 0.81284392, 1e-6);
  EXPECT_NEAR(value(1, 1).imag(), 0.05371845, 1e-6);

  const at::Tensor y = picture(1000, {1, 3, 10, 9});
  const at::Tensor z = at::upsample_nearest2d(y, {20, 18});
  const at::Tensor x = FftDataStep(y, kernel5(), 2).solve(z, at::full({1, 1, 1, 1}, 0.1F));
  EXPECT_NEAR(x.mean().item<double>(), 0.473818, 1e-5);
  EXPECT_NEAR(x.std(/*unbiased=*/false).item<double>(), 0.338866, 1e-5);
  EXPECT_NEAR(x.flatten()[0].item<double>(), 0.161080, 1e-5);
  EXPECT_NEAR(x.flatten()[1].item<double>(), 0.070084, 1e-5);
  EXPECT_NEAR(x.flatten()[2].item<double>(), 0.833625, 1e-5);
  EXPECT_NEAR(x.flatten()[3].item<double>(), 0.868052, 1e-5);
  EXPECT_NEAR(x.flatten()[-1].item<double>(), 0.463196, 1e-5);
}

// (A'A + alpha) x = A'y + alpha z. The difference of the two sides is half the gradient of what x makes smallest,
// |A x - y|^2 + alpha |x - z|^2, so that A' comes from the operator itself; at x = 0 it is the right side.
TEST(FftDataStep, solvesTheNormalEquations) {
  constexpr double kAlpha = 0.07;
  const at::Tensor kernel = kernel5().to(at::kDouble);
  for (const int scale : {1, 2, 3}) {
    const at::Tensor y = picture(3, {1, 2, 6, 8});
    const at::Tensor z = picture(4, {1, 2, 6 * scale, 8 * scale});
    const auto gradientAt = [&](const at::Tensor& place) {
      const at::Tensor x = place.to(at::kDouble).detach().clone().set_requires_grad(true);
      const at::Tensor cost = (degraded(x, kernel, scale) - y).square().sum() + kAlpha * (x - z).square().sum();
      cost.backward();
      return x.grad();
    };
    const at::Tensor x = FftDataStep(y, kernel5(), scale).solve(z, at::full({1, 1, 1, 1}, kAlpha));
    EXPECT_LT((gradientAt(x).norm() / gradientAt(at::zeros_like(x)).norm()).item<double>(), 1e-5) << scale;
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
