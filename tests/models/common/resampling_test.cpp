#include "models/common/resampling.h"

#include <gtest/gtest.h>

#include <array>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// kair.md 4.1: MATLAB's imresize(a, 1/4, 'bicubic').
TEST(Resampling, mirroredBicubicIsMatlabs) {
  at::Tensor picture = at::empty({1, 1, 12, 16}, at::kDouble);
  for (int row = 0; row < 12; ++row) {
    for (int column = 0; column < 16; ++column) picture[0][0][row][column] = (7 * row + 11 * column) % 50 / 50.0;
  }
  const at::Tensor small = resampled(picture, resamplingMatrix(12, 3, Filter::Bicubic, Beyond::Mirrored),
                                     resamplingMatrix(16, 4, Filter::Bicubic, Beyond::Mirrored));
  const std::array<double, 12> expected = {0.42093,   0.4888579, 0.5266404, 0.4379126, 0.5038506, 0.4739276,
                                           0.5065674, 0.4872194, 0.5199119, 0.4793362, 0.4981618, 0.5091844};
  for (int i = 0; i < 12; ++i) {
    EXPECT_NEAR(small.flatten()[i].item<double>(), expected[static_cast<std::size_t>(i)], 1e-6) << i;
  }
}

// The first row to the half by hand: its eight weights, of which three lie beyond the end and fall back on the first
// three samples.
TEST(Resampling, whatLiesBeyondTheEndsIsMirroredOrLeftOut) {
  const auto first = [](Beyond beyond) { return resamplingMatrix(16, 8, Filter::Bicubic, beyond)[0]; };
  const std::array<double, 6> mirrored = {0.546875, 0.3984375, 0.1015625, -0.03515625, -0.01171875, 0};
  const at::Tensor row = first(Beyond::Mirrored);
  for (int i = 0; i < 6; ++i) EXPECT_DOUBLE_EQ(row[i].item<double>(), mirrored[static_cast<std::size_t>(i)]) << i;
  const double inside = 0.43359375 + 0.43359375 + 0.11328125 - 0.03515625 - 0.01171875;
  EXPECT_DOUBLE_EQ(first(Beyond::Nothing)[0].item<double>(), 0.43359375 / inside);
}

}  // namespace
}  // namespace heirloom::tests
