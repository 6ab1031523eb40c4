#include "core/engine/tiler.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

namespace heirloom::core {
namespace {

using Network = std::function<at::Tensor(const at::Tensor&)>;  // 1 C H W

TileRules rules(int margin, int sizeMultiple = 1, int scale = 1, bool local = true) {
  TileRules made;
  made.margin = margin;
  made.sizeMultiple = sizeMultiple;
  made.scale = scale;
  made.local = local;
  return made;
}

/// Runs `network` over `picture` (C H W) tile by tile; every pixel that is written twice or never is a failure.
at::Tensor tiled(const at::Tensor& picture, const TileRules& rule, const TileLimit& limit, const Network& network,
                 const std::optional<Box>& first = {}) {
  const TilePlan plan(picture.size(2), picture.size(1), rule, limit);
  at::Tensor result;
  at::Tensor written = at::zeros({picture.size(1) * rule.scale, picture.size(2) * rule.scale}, at::kInt);
  TileAssembler assembler(plan, rule, [&](const Box& box, const at::Tensor& pixels) {
    EXPECT_EQ(pixels.size(0), box.height * rule.scale);
    EXPECT_EQ(pixels.size(1), box.width * rule.scale);
    EXPECT_TRUE(pixels.is_contiguous());
    if (!result.defined()) result = at::zeros({pixels.size(2), written.size(0), written.size(1)});
    const auto part = [&](const at::Tensor& whole, int dimension) {
      return whole.narrow(dimension, box.y * rule.scale, box.height * rule.scale)
          .narrow(dimension + 1, box.x * rule.scale, box.width * rule.scale);
    };
    part(result, 1).copy_(pixels.permute({2, 0, 1}));
    part(written, 0) += 1;
  });
  for (const std::size_t tile : plan.order(first)) {
    const Box box = plan.input(tile);
    assembler.add(tile, network(picture.narrow(1, box.y, box.height).narrow(2, box.x, box.width).unsqueeze(0))[0]);
  }
  EXPECT_TRUE(written.eq(1).all().item<bool>()) << "pixels written twice or never";
  return result;
}

/// Three 3x3 convolutions, zeros beyond the edges, as a DnCNN has them; looks 3 pixels far.
class Convolutions {
 public:
  explicit Convolutions(int scale = 1) : scale_(scale) {
    at::manual_seed(1);
    const int out = 3 * scale * scale;
    weights_ = {at::randn({8, 3, 3, 3}) * 0.2, at::randn({8, 8, 3, 3}) * 0.2, at::randn({out, 8, 3, 3}) * 0.2};
  }
  at::Tensor operator()(const at::Tensor& picture) const {
    at::Tensor x = picture;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      x = at::conv2d(x, weights_[i], {}, 1, 1);
      if (i + 1 < weights_.size()) x = x.relu();
    }
    return scale_ == 1 ? picture - x : at::pixel_shuffle(x, scale_);
  }

 private:
  int scale_;
  std::vector<at::Tensor> weights_;
};

/// Works on pairs of pixels as FFDNet does: padded to even, looks 2 + 1 pixels far.
at::Tensor onPairs(const at::Tensor& picture) {
  const std::int64_t height = picture.size(2);
  const std::int64_t width = picture.size(3);
  const at::Tensor even = at::replication_pad2d(picture, {0, width % 2, 0, height % 2});
  at::manual_seed(2);
  const at::Tensor mixed = at::conv2d(at::pixel_unshuffle(even, 2), at::randn({12, 12, 3, 3}) * 0.1, {}, 1, 1);
  return at::pixel_shuffle(mixed, 2).narrow(2, 0, height).narrow(3, 0, width);
}

at::Tensor randomPicture(std::int64_t height, std::int64_t width) {
  at::manual_seed(3);
  return at::rand({3, height, width});
}

struct Size {
  std::int64_t height;
  std::int64_t width;
};

class LocalNetworks : public testing::TestWithParam<Size> {};

TEST_P(LocalNetworks, tiledEqualsUntiled) {
  const at::Tensor picture = randomPicture(GetParam().height, GetParam().width);
  for (const std::int64_t side : {16, 17, 32, 61}) {
    for (const int scale : {1, 2}) {
      const Convolutions network(scale);
      const at::Tensor whole = network(picture.unsqueeze(0))[0];
      const at::Tensor parts = tiled(picture, rules(3, 1, scale), {side, 0}, network);
      EXPECT_TRUE(at::allclose(whole, parts, 0, 1e-5)) << side << " x" << scale << ": " << (whole - parts).abs().max();
    }
  }
}

TEST_P(LocalNetworks, tilesKeepToTheNetworksOwnGrid) {
  const at::Tensor picture = randomPicture(GetParam().height, GetParam().width);
  const at::Tensor whole = onPairs(picture.unsqueeze(0))[0];
  for (const std::int64_t side : {16, 19, 32}) {
    const at::Tensor parts = tiled(picture, rules(4, 2), {side, 0}, onPairs);
    EXPECT_TRUE(at::allclose(whole, parts, 0, 1e-5)) << side << ": " << (whole - parts).abs().max();
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, LocalNetworks,
                         testing::Values(Size{1, 1}, Size{5, 3}, Size{1, 100}, Size{61, 47}, Size{64, 64},
                                         Size{128, 33}),
                         [](const auto& tested) {
                           return std::to_string(tested.param.width) + "x" + std::to_string(tested.param.height);
                         });

TEST(TilePlan, tilesAreEqualInsideThePictureAndOverlapByTwoMargins) {
  for (std::int64_t length = 1; length < 400; length += 7) {
    for (const int margin : {0, 3, 17}) {
      for (const int multiple : {1, 2, 8}) {
        for (const std::int64_t longest : {24, 50, 128}) {
          const TileRules rule = rules(margin, multiple);
          const SideCut cut = cutSide(length, longest, rule);
          ASSERT_EQ(cut.boundaries.size(), cut.starts.size() + 1);
          EXPECT_EQ(cut.starts.front(), 0);
          EXPECT_EQ(cut.starts.back() + cut.tile, length);
          EXPECT_TRUE(cut.starts.size() == 1 || cut.tile <= std::max(longest, rule.smallestSide() + multiple));
          for (std::size_t i = 0; i < cut.starts.size(); ++i) {
            EXPECT_EQ(cut.starts[i] % multiple, 0);
            if (i > 0) {
              EXPECT_GE(cut.starts[i - 1] + cut.tile - cut.starts[i], 2 * margin) << length << " " << longest;
              EXPECT_GE(cut.boundaries[i], cut.starts[i] + margin);
              EXPECT_LE(cut.boundaries[i], cut.starts[i - 1] + cut.tile - margin);
            }
          }
        }
      }
    }
  }
}

TEST(TilePlan, keepsToTheAreaAndComputesLittleTwice) {
  const TilePlan plan(10'000, 10'000, rules(20, 2), {0, 2'000'000});
  EXPECT_LE(plan.tileWidth() * plan.tileHeight(), 2'000'000);
  const double computed = static_cast<double>(plan.count()) * static_cast<double>(plan.tileWidth() * plan.tileHeight());
  EXPECT_LT(computed / 1e8, 1.07);
}

TEST(TilePlan, aPictureThatFitsIsOneTile) {
  EXPECT_EQ(TilePlan(1000, 700, rules(20), {0, 700'000}).count(), 1u);
  EXPECT_EQ(TilePlan(1000, 700, rules(20), {}).count(), 1u);
}

TEST(TilePlan, needsNoMoreThanSixtyFourBits) {
  const std::int64_t side = 3'000'000;  // 9 * 10^12 pixels
  const TilePlan plan(side, side, rules(20), {65'536, 0});
  const Box last = plan.own(plan.count() - 1);
  EXPECT_EQ(last.x + last.width, side);
  EXPECT_EQ(last.y + last.height, side);
}

TEST(TilePlan, servesTheRegionThatIsLookedAtFirst) {
  const TilePlan plan(1000, 1000, rules(4), {108, 0});
  const Box looked{610, 410, 150, 90};
  const auto order = plan.order(looked);
  std::set<std::size_t> all(order.begin(), order.end());
  EXPECT_EQ(all.size(), plan.count());
  const Box nearest = plan.own(order.front());
  EXPECT_LE(nearest.x, 685);
  EXPECT_GE(nearest.x + nearest.width, 685);
  bool outside = false;
  for (const std::size_t tile : order) {
    const Box box = plan.own(tile);
    const bool meets = box.x < looked.x + looked.width && looked.x < box.x + box.width &&
                       box.y < looked.y + looked.height && looked.y < box.y + box.height;
    EXPECT_FALSE(meets && outside) << "a tile of the region came after one outside of it";
    outside = outside || !meets;
  }
}

/// Looks at the whole tile: what it returns depends on where in the tile a pixel lies, by up to 0.1.
at::Tensor positionDependent(const at::Tensor& tile) {
  const at::Tensor down = at::linspace(-0.05, 0.05, tile.size(2)).view({-1, 1});
  const at::Tensor across = at::linspace(-0.05, 0.05, tile.size(3)).view({1, -1});
  return tile + down + across;
}

double largestStep(const at::Tensor& picture) {  // between neighbours, C H W
  const auto along = [&](int dimension) { return picture.diff(1, dimension).abs().max().item<double>(); };
  return std::max(along(1), along(2));
}

TEST(Tiler, blendsWithoutSeamsWhereTilesDisagree) {
  const at::Tensor flat = at::full({3, 200, 260}, 0.5);
  const TileRules rule = rules(16, 1, 1, false);
  const at::Tensor blended = tiled(flat, rule, {80, 0}, positionDependent);
  // Cut hard, the tiles would meet in steps of about 0.06; blended, the largest step is the ramp's own.
  EXPECT_LT(largestStep(blended), 0.012);
  TileRules hard = rule;
  hard.local = true;
  EXPECT_GT(largestStep(tiled(flat, hard, {80, 0}, positionDependent)), 0.04);
}

TEST(Tiler, takesLittleFromTheVeryEdgeOfATile) {
  constexpr int kSpoilt = 4;  // of an overlap of 32 pixels or more
  const auto spoilsItsEdge = [](const at::Tensor& tile) {
    at::Tensor result = at::ones_like(tile);
    result.narrow(2, kSpoilt, tile.size(2) - 2 * kSpoilt).narrow(3, kSpoilt, tile.size(3) - 2 * kSpoilt).zero_();
    return result;
  };
  const at::Tensor blended = tiled(at::zeros({3, 200, 260}), rules(16, 1, 1, false), {80, 0}, spoilsItsEdge);
  const at::Tensor inner = blended.narrow(1, kSpoilt, 200 - 2 * kSpoilt).narrow(2, kSpoilt, 260 - 2 * kSpoilt);
  EXPECT_LT(inner.max().item<float>(), 1e-4);
  EXPECT_EQ(blended.max().item<float>(), 1);  // at the picture's own edge there is no other tile
}

TEST(Tiler, leavesConstantGradientAndPeriodicPicturesAlone) {
  const at::Tensor gradient = at::linspace(0, 1, 230).view({1, 1, -1}).expand({3, 170, 230}).contiguous();
  const at::Tensor periodic =
      (at::arange(230) * 0.7).sin().view({1, 1, -1}) * (at::arange(170) * 0.9).cos().view({1, -1, 1}) +
      at::zeros({3, 170, 230});
  for (const at::Tensor& picture : {at::full({3, 170, 230}, 0.25), gradient, periodic}) {
    for (const int multiple : {1, 8}) {
      const at::Tensor same =
          tiled(picture, rules(12, multiple, 1, false), {64, 0}, [](const at::Tensor& tile) { return tile; });
      EXPECT_TRUE(at::allclose(same, picture, 0, 1e-6)) << (same - picture).abs().max();
    }
  }
}

TEST(Tiler, blendsEnlargedResultsAndAnyOrder) {
  const at::Tensor picture = randomPicture(90, 140);
  const auto nearest = [](const at::Tensor& tile) { return tile.repeat_interleave(2, 2).repeat_interleave(2, 3); };
  const at::Tensor blended = tiled(picture, rules(8, 1, 2, false), {40, 0}, nearest, Box{100, 60, 20, 20});
  EXPECT_TRUE(at::allclose(blended, nearest(picture.unsqueeze(0))[0], 0, 1e-6));
}

TEST(Tiler, copesWithOverlapsOfMoreThanTwoTiles) {
  const at::Tensor picture = randomPicture(100, 100);
  const at::Tensor same = tiled(picture, rules(16, 1, 1, false), {36, 0}, [](const at::Tensor& tile) { return tile; });
  EXPECT_TRUE(at::allclose(same, picture, 0, 1e-6));
}

}  // namespace
}  // namespace heirloom::core
