// Where the results of enlarging tasks lie.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "models/common/blur_kernel.h"
#include "tests/models/dpir/dpir_loop.h"
#include "tests/models/support/shift.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Of the result of a hill, in pixels above and to the left of where an enlargement lies.
void expectShift(const DpirLoop& made, double expected) {
  Observer observer;
  const at::Tensor photo = hill();
  const std::array<double, 2> shift = shiftOf(made.restorer->start(made.settings, {}, observer)->restore(photo), photo);
  EXPECT_NEAR(shift[0], expected, 0.1);
  EXPECT_NEAR(shift[1], expected, 0.1);
}

// One iteration of great noise is nearly its start, many of little are what the data say.
TEST(Dpir, resultsOfCentresLieWhereAnEnlargementLiesAndOfCornersWhereTheReferenceDecimates) {
  for (const auto& [scale, kernel] :
       {std::pair{2, "gaussian:1.2"}, std::pair{3, "gaussian:1.8"}, std::pair{4, "gaussian:2.4"}}) {
    for (const char* alignment : {"centre", "corner"}) {
      for (const auto& [iterations, noise] : {std::pair{"1", "50"}, std::pair{"24", "5"}}) {
        SCOPED_TRACE(std::string(alignment) + " x" + std::to_string(scale) + ", iterations: " + iterations);
        DpirLoop dpir = dpirLoop("dpir-sr", 1);
        dpir.settings.set("scale", Settings::Value(std::int64_t{scale}));
        dpir.settings.set("kernel", kernel);
        dpir.settings.set("surroundings", "mirrored");
        dpir.settings.set("alignment", alignment);
        dpir.settings.set("iterations", iterations);
        dpir.settings.set("noise_level", noise);
        expectShift(dpir, std::string_view(alignment) == "centre" ? 0 : (scale - 1) / 2.0);
      }
    }
  }
}

TEST(Dpir, resultsOfTheUsualKernelLieWhereAnEnlargementLies) {
  for (const int scale : {1, 2, 3, 4}) {
    SCOPED_TRACE(scale);
    DpirLoop dpir = dpirLoop("dpir-sr-real", 1);
    dpir.settings.set("scale", Settings::Value(std::int64_t{scale}));
    dpir.settings.set("surroundings", "mirrored");
    expectShift(dpir, 0);
  }
}

// Bicubic reduction as a kernel (kair.md 4.1; those of kernels_bicubicx234.mat are the same) has what moves it in it.
TEST(Dpir, theKernelOfBicubicReductionIsNotMovedTwice) {
  const at::Tensor taps = at::tensor(
      {-0.01171875F, -0.03515625F, 0.11328125F, 0.43359375F, 0.43359375F, 0.11328125F, -0.03515625F, -0.01171875F});
  const at::Tensor kernel = at::outer(taps, taps).contiguous();
  const auto* const values = kernel.const_data_ptr<float>();
  for (const char* alignment : {"centre", "corner"}) {
    SCOPED_TRACE(alignment);
    DpirLoop dpir = dpirLoop("dpir-sr", 1);
    dpir.settings.set("kernel", Settings::Value(normalised({"", 8, 8, {values, values + 64}})));
    dpir.settings.set("surroundings", "mirrored");
    dpir.settings.set("alignment", alignment);
    dpir.settings.set("noise_level", "5");
    expectShift(dpir, 0);
  }
}

// What it deblurs was reduced about its middle before, and its networks enlarge so: nothing is decimated at a corner.
TEST(Dpir, resultsOfDpsrLieWhereAnEnlargementLies) {
  for (const int scale : {2, 3, 4}) {
    SCOPED_TRACE(scale);
    DpirLoop dpsr = dpirLoop("dpsr", 1, scale);
    EXPECT_FALSE(dpsr.settings.has("alignment"));
    dpsr.settings.set("surroundings", "mirrored");
    dpsr.settings.set("noise_level", "5");
    expectShift(dpsr, 0);
  }
}

}  // namespace
}  // namespace heirloom::tests
