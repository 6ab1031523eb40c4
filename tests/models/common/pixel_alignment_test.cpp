#include "models/common/pixel_alignment.h"

#include <gtest/gtest.h>

#include "models/common/blur_kernel.h"
#include "models/common/degradation_settings.h"
#include "models/common/fft_data_step.h"
#include "models/dpir/shifted_pixels.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

Settings aligned(const char* alignment, const Grid& kernel) {
  Settings settings({kernelParameter("gaussian:1"), alignmentParameter()});
  settings.set("kernel", Settings::Value(kernel));
  settings.set("alignment", alignment);
  return settings;
}

/// The square of `side` about the middle of `kernel`, 1 1 h w.
at::Tensor middleOf(const at::Tensor& kernel, std::int64_t side) {
  const std::int64_t first = kernel.size(3) / 2 - side / 2;
  return kernel.narrow(2, first, side).narrow(3, first, side);
}

/// Rows or columns from the middle of `kernel`, which is side / 2, to its centre of mass.
double massAlong(const at::Tensor& kernel, std::int64_t side) {
  const std::int64_t length = kernel.size(side);
  const at::Tensor places = at::arange(length, at::kDouble) - static_cast<double>(length / 2);
  return (kernel.to(at::kDouble).sum(5 - side).flatten() * places).sum().item<double>();
}

TEST(PixelAlignment, theMassOfAKernelLiesHalfACellBeforeItsMiddle) {
  for (const char* text :
       {"gaussian:1.2", "motion:9,30", "grid:1x1:1", "grid:3x5:9,0,1,0,0,2,0,3,0,1,0,0,0,0,4", "grid:2x2:4,3,2,1",
        "grid:4x3:9,0,0,1,0,2,0,0,3,0,0,1", "grid:5x5:0,0,0,0,0,0,0,0,0,0,0,0,-1,0,0,0,0,0,9,0,0,0,0,0,2"}) {
    for (const int scale : {2, 3, 4}) {
      SCOPED_TRACE(std::string(text) + " x" + std::to_string(scale));
      const at::Tensor kernel = alignedKernel(aligned("centre", parseKernel(text).value()), scale, at::kCPU);
      EXPECT_NEAR(kernel.sum().item<double>(), 1, 1e-5);
      EXPECT_NEAR(massAlong(kernel, 2), -(scale - 1) / 2.0, 1e-5);
      EXPECT_NEAR(massAlong(kernel, 3), -(scale - 1) / 2.0, 1e-5);
    }
  }
}

// main_dpir_sisr_real_applications.py; its kernels are so wide that none of them is lost at the edge.
TEST(PixelAlignment, gaussiansMoveAsInTheReferencesScriptForPhotos) {
  const Grid gaussian = gaussianKernel(25, 1.7 * 1.7, 1.7 * 1.7, 0);
  for (const int scale : {2, 3, 4}) {
    const at::Tensor moved = shiftedPixels(kernelTensor(gaussian, at::kCPU), scale);
    const at::Tensor found = middleOf(alignedKernel(aligned("centre", gaussian), scale, at::kCPU), 25);
    EXPECT_LT((found - moved / moved.sum()).abs().max().item<float>(), 1e-5F) << scale;
  }
}

// Its middle is the second pixel of its sides, so that it is the mean of each cell of decimation at the corner.
TEST(PixelAlignment, aKernelThatIsMovedAlreadyStays) {
  const at::Tensor found = alignedKernel(aligned("centre", parseKernel("grid:2x2:1,1,1,1").value()), 2, at::kCPU);
  EXPECT_LT((middleOf(found, 2) - 0.25).abs().max().item<float>(), 1e-6F);
}

// The mass of this one would lie hundreds of pixels from it.
TEST(PixelAlignment, kernelsOfAnyValuesStaySmall) {
  const Grid wild = normalised({{}, 1, 5, {-1000, 0, 0, 0, 1001}});
  const at::Tensor found = alignedKernel(aligned("centre", wild), 4, at::kCPU);
  EXPECT_LE(found.size(3), 5 + 2 * 4);
}

TEST(PixelAlignment, kernelsForCornersAndWhereNothingIsEnlargedAreAsTheyAre) {
  const Grid kernel = parseKernel("grid:3x2:1,2,3,4,5,6").value();
  const at::Tensor given = kernelTensor(kernel, at::kCPU);
  EXPECT_TRUE(at::equal(alignedKernel(aligned("corner", kernel), 3, at::kCPU), given));
  EXPECT_TRUE(at::equal(alignedKernel(aligned("centre", kernel), 1, at::kCPU), given));
  const Settings without({kernelParameter("grid:3x2:1,2,3,4,5,6")});
  EXPECT_TRUE(at::equal(alignedKernel(without, 3, at::kCPU), given));
}

}  // namespace
}  // namespace heirloom::tests
