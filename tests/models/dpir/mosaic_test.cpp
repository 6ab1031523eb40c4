// Bayer mosaics and the plain ways to undo them.

#include "models/dpir/mosaic.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "tests/models/support/closed_form.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// kair.md 8.4: the input is the mosaic with its four colours as channels.
TEST(Dpir, demosaicsLinearlyAsTheReference) {
  const at::Tensor packed = (closedFormUniform(1000, {1, 4, 4, 4}) + 0.5).to(at::kFloat);
  const at::Tensor picture = demosaicedLinearly(at::pixel_shuffle(packed, 2), "RGGB");
  EXPECT_NEAR(picture.mean().item<double>(), 0.463491, 1e-5);
  EXPECT_NEAR(picture.std(/*unbiased=*/false).item<double>(), 0.297148, 1e-5);
  const std::array<double, 4> first = {0.066864, 0.561654, 0.817640, 0.435895};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(picture.flatten()[i].item<double>(), first[static_cast<std::size_t>(i)], 1e-5);
  EXPECT_NEAR(picture.flatten()[-1].item<double>(), 0.485612, 1e-5);
}

TEST(Dpir, demosaicsBilinearlyAsTheReference) {
  const at::Tensor packed = (closedFormUniform(1000, {1, 4, 4, 4}) + 0.5).to(at::kFloat);
  const at::Tensor picture = demosaicedBilinearly(at::pixel_shuffle(packed, 2), "RGGB");
  EXPECT_NEAR(picture.mean().item<double>(), 0.456273, 1e-5);
  EXPECT_NEAR(picture.std(/*unbiased=*/false).item<double>(), 0.229705, 1e-5);
  const std::array<double, 4> first = {0.066864, 0.442252, 0.817640, 0.433076};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(picture.flatten()[i].item<double>(), first[static_cast<std::size_t>(i)], 1e-5);
  EXPECT_NEAR(picture.flatten()[-1].item<double>(), 0.485612, 1e-5);
}

TEST(Dpir, everyMosaicKeepsItsOwnPixels) {
  for (const std::string& pattern : bayerPatterns()) {
    const at::Tensor picture = at::rand({1, 3, 8, 10});
    const at::Tensor mask = bayerMask(pattern, 8, 10, at::kCPU);
    EXPECT_EQ(mask.sum().item<float>(), 80);
    const at::Tensor mosaic = (picture * mask).sum(1, true);
    const at::Tensor flat = at::full({1, 1, 8, 10}, 0.3F);
    for (const auto demosaiced : {demosaicedLinearly, demosaicedBilinearly}) {
      EXPECT_TRUE(at::allclose(demosaiced(mosaic, pattern) * mask, picture * mask)) << pattern;
      EXPECT_LT((demosaiced(flat, pattern) - 0.3).abs().max().item<float>(), 1e-6F) << pattern;
    }
  }
}

// The smallest photos lack colours of the mosaic, or have no room for a filter.
TEST(Dpir, demosaicsPicturesOfAnySize) {
  for (const std::string& pattern : bayerPatterns()) {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 5}, std::pair{4, 1}, std::pair{2, 2}}) {
      SCOPED_TRACE(pattern + " " + std::to_string(height) + " x " + std::to_string(width));
      const at::Tensor mosaic = at::rand({1, 1, height, width});
      const at::Tensor flat = at::full({1, 1, height, width}, 0.3F);
      for (const auto demosaiced : {demosaicedLinearly, demosaicedBilinearly}) {
        const at::Tensor picture = demosaiced(mosaic, pattern);
        EXPECT_EQ(picture.sizes(), at::IntArrayRef({1, 3, height, width}));
        EXPECT_TRUE(at::isfinite(picture).all().item<bool>());
        EXPECT_LT((demosaiced(flat, pattern) - 0.3).abs().max().item<float>(), 1e-6F);
      }
      const at::Tensor mask = bayerMask(pattern, height, width, at::kCPU);
      EXPECT_TRUE(at::allclose(demosaicedLinearly(mosaic, pattern) * mask, mosaic * mask));
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
