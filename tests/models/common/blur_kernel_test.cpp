#include "models/common/blur_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "models/common/error.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

float at(const Grid& kernel, int row, int column) {
  return kernel.values[static_cast<std::size_t>(row * kernel.columns + column)];
}

double sum(const Grid& kernel) {
  return std::accumulate(kernel.values.begin(), kernel.values.end(), 0.0);
}

// kair.md 4.3: fspecial(25, 1.6) and anisotropic_Gaussian(15, .7, 6, 2).
TEST(BlurKernel, gaussiansHaveTheReferencesValues) {
  const Grid round = gaussianKernel(25, 1.6 * 1.6, 1.6 * 1.6, 0);
  EXPECT_NEAR(at(round, 12, 12), 0.06216990, 1e-7);
  const Grid across = gaussianKernel(15, 6, 2, 0.7);
  EXPECT_NEAR(at(across, 7, 7), 0.04596012, 1e-7);
  EXPECT_NEAR(at(across, 5, 9), 0.00628065, 1e-7);
  EXPECT_NEAR(at(across, 5, 5), 0.02336893, 1e-7);
}

TEST(BlurKernel, writtenFormsAreReadAndSumToOne) {
  for (const char* text :
       {"gaussian:1.6", "gaussian:3,0.8", "gaussian:2,1,30", "motion:15,45", "motion:1", "grid:3x2:1,2,3,4,5,6"}) {
    const std::optional<Grid> kernel = parseKernel(text);
    ASSERT_TRUE(kernel) << text;
    EXPECT_EQ(kernel->text, text);
    EXPECT_NEAR(sum(*kernel), 1, 1e-5) << text;
  }
  EXPECT_EQ(parseKernel("grid:3x2:1,2,3,4,5,6")->rows, 2);
  EXPECT_NEAR(at(*parseKernel("grid:3x2:1,2,3,4,5,6"), 1, 2), 6.0 / 21, 1e-6);
}

TEST(BlurKernel, otherTextsAreNoForm) {
  for (const char* text :
       {"", "gaussian", "gaussian:", "gaussian:0", "gaussian:-1", "gaussian:1,2,3,4", "gaussian:1e9", "gaussian:nan",
        "motion:0", "motion:1e9", "grid:3x3:1,2", "grid:0x0:", "grid:999x999:1", "kernel.png", "gaussian:1,6,"}) {
    EXPECT_FALSE(parseKernel(text)) << text;
  }
}

TEST(BlurKernel, aMotionRunsAlongItsAngle) {
  const Grid flat = motionKernel(9, 0);
  EXPECT_EQ(flat.columns, 9);
  EXPECT_NEAR(at(flat, flat.rows / 2, 0), 1.0 / 9, 1e-6);
  // Counterclockwise: at 45 degrees the trace goes up to the right.
  const Grid rising = motionKernel(9, 45);
  const int last = rising.columns - 1;
  EXPECT_GT(at(rising, 1, last - 1), 0.05F);
  EXPECT_EQ(at(rising, 1, 1), 0);
  const Grid gaussian = *parseKernel("gaussian:4,1,45");
  EXPECT_GT(at(gaussian, gaussian.rows / 2 - 3, gaussian.columns / 2 + 3),
            5 * at(gaussian, gaussian.rows / 2 - 3, gaussian.columns / 2 - 3));
}

TEST(BlurKernel, fittingKeepsTheMiddle) {
  const Grid small = {"", 3, 3, {0, 0, 0, 0, 1, 0, 0, 0, 0}};
  const Grid large = fitted(small, 15);
  EXPECT_EQ(at(large, 7, 7), 1);
  EXPECT_EQ(fitted(large, 3).values, small.values);
}

TEST(BlurKernel, aKernelOfNothingIsRefused) {
  EXPECT_THROW(normalised({"", 1, 2, {0, 0}}), Error);
  EXPECT_THROW(normalised({"", 1, 2, {1, -2}}), Error);
  EXPECT_THROW(normalised({"", 1, 1, {NAN}}), Error);
}

}  // namespace
}  // namespace heirloom::tests
