#include "models/dpir/far_fill.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/dpir/inpainting.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Shows a photo whose tiles all lie at one place.
class Around : public Observer, public PhotoAround {
 public:
  Around(at::Tensor shown, Corner corner) : shown_(std::move(shown)), corner_(corner) {}
  std::int64_t photoHeight() const override { return shown_.size(2); }
  std::int64_t photoWidth() const override { return shown_.size(3); }
  at::Tensor photo(Corner corner, std::int64_t height, std::int64_t width) const override {
    ++asked;
    return shown_.narrow(2, corner.top, height).narrow(3, corner.left, width);
  }
  Corner cornerOf(std::int64_t) const override { return corner_; }
  bool stopRequested() const override { return stopped; }

  mutable int asked = 0;
  bool stopped = false;

 private:
  at::Tensor shown_;
  Corner corner_;
};

/// 300 x 500, dark to the left and bright to the right of a black hole of 200 x 400.
at::Tensor photoWithHole() {
  at::Tensor photo = at::full({1, 3, 300, 500}, 0.25F);
  photo.slice(3, 250).fill_(0.75);
  photo.slice(2, 50, 250).slice(3, 50, 450).fill_(0);
  return photo;
}

TEST(FarFill, withinAHoleAreTheColoursOfItsNearerEdge) {
  const at::Tensor photo = photoWithHole();
  const PhotoAround::Corner corner{101, 77};  // of no square
  const at::Tensor tile = photo.narrow(2, corner.top, 64).narrow(3, corner.left, 300);
  ASSERT_EQ(tile.max().item<float>(), 0) << "all of it is missing";
  const Around around(photo, corner);
  FarFill fill;
  const at::Tensor far = fill.behind(at::cat({tile, tile}), "black", around);
  ASSERT_EQ(far.sizes(), at::IntArrayRef({2, 3, 64, 300}));
  EXPECT_GE(far.min().item<float>(), 0.2499F);
  EXPECT_LE(far.max().item<float>(), 0.7501F);
  EXPECT_LT(far[0][0][32][0].item<float>(), 0.4F);
  EXPECT_GT(far[0][0][32][299].item<float>(), 0.6F);
  // The start of such a tile, which has nothing of its own.
  const at::Tensor start = filledFromAround(tile, knownPixels(tile, "black"), far.narrow(0, 0, 1));
  EXPECT_LT((start - far[0]).abs().max().item<float>(), 0.05F);

  const int before = around.asked;
  fill.behind(tile, "black", around);
  EXPECT_EQ(around.asked, before) << "the photo is looked at once";
}

TEST(FarFill, isMadeOnlyWhereATileNeedsIt) {
  const at::Tensor photo = photoWithHole();
  const at::Tensor tile = photo.narrow(2, 100, 64).narrow(3, 100, 64);
  FarFill fill;
  EXPECT_FALSE(fill.behind(tile, "black", Observer{}).defined()) << "nobody shows the photo";
  const Around around(photo, {100, 100});
  EXPECT_FALSE(fill.behind(photo, "black", around).defined()) << "it is the photo";
  EXPECT_FALSE(fill.behind(tile, "white", around).defined()) << "nothing is missing";
  EXPECT_EQ(around.asked, 0);
  EXPECT_TRUE(fill.behind(tile, "black", around).defined());
}

TEST(FarFill, canBeStopped) {
  const at::Tensor photo = photoWithHole();
  Around around(photo, {100, 100});
  around.stopped = true;
  EXPECT_THROW(FarFill().behind(photo.narrow(2, 100, 64).narrow(3, 100, 64), "black", around), Stopped);
}

TEST(FarFill, knownPixelsComeBeforeIt) {
  at::Tensor picture = at::zeros({1, 1, 64, 64});
  picture[0][0][0][0] = 1;
  const at::Tensor filled = filledFromAround(picture, knownPixels(picture, "black"), at::full({1, 1, 64, 64}, 0.3F));
  EXPECT_EQ(filled[0][0][0][0].item<float>(), 1);
  EXPECT_GT(filled[0][0][1][1].item<float>(), 0.5F);
  EXPECT_NEAR(filled[0][0][63][63].item<float>(), 0.3, 1e-5);
}

}  // namespace
}  // namespace heirloom::tests
