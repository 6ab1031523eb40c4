#include "models/sdxl/latent_preview.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace heirloom::tests {
namespace {

using models::LatentPreview;

TEST(LatentPreview, findsTheMapThatMadeThePicture) {
  const at::Tensor latent = at::randn({1, 4, 16, 24});
  const at::Tensor colours = at::rand({3, 4, 1, 1}) * 0.05;
  const at::Tensor small = at::conv2d(latent, colours) + 0.5;
  const LatentPreview preview(latent, at::upsample_nearest2d(small, {128, 192}));
  EXPECT_LT((preview.picture(latent) - small.clamp(0, 1)).abs().max().item<double>(), 1e-3);
  const at::Tensor other = at::randn({2, 4, 5, 7});
  const at::Tensor expected = (at::conv2d(other, colours) + 0.5).clamp(0, 1);
  EXPECT_LT((preview.picture(other) - expected).abs().max().item<double>(), 1e-3);
}

TEST(LatentPreview, aPhotoOfOneColourIsThatColour) {
  const at::Tensor flat = at::full({1, 3, 64, 64}, 0.25);
  const LatentPreview constant(at::ones({1, 4, 8, 8}), flat);
  EXPECT_LT((constant.picture(at::ones({1, 4, 8, 8})) - 0.25).abs().max().item<double>(), 1e-4);
  const LatentPreview noisy(at::randn({1, 4, 8, 8}), flat);
  EXPECT_LT((noisy.picture(at::randn({1, 4, 8, 8})) - 0.25).abs().max().item<double>(), 1e-4);
}

}  // namespace
}  // namespace heirloom::tests
