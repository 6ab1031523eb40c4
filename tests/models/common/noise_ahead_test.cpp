// Noise that is drawn before it is wanted is the noise that is drawn when it is.

#include "models/common/noise_ahead.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/drawn_noise.h"
#include "models/common/savings.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Counts what is drawn, as anybody draws it.
class CountedNoise : public NoiseSource {
 public:
  at::Tensor normal(at::IntArrayRef shape) override {
    ++draws;
    return noise_.normal(shape);
  }
  int draws = 0;

 private:
  DrawnNoise noise_{7};
};

TEST(NoiseAheads, giveTheDrawsOfTheirSourceInOrder) {
  const std::vector<std::int64_t> shape = {2, 4, 3, 5};
  CountedNoise source;
  DrawnNoise same(7);
  NoiseAhead ahead(source, shape, at::kCPU, 4);
  EXPECT_EQ(source.draws, 0);
  for (int i = 0; i < 6; ++i) {
    const at::Tensor expected = same.normal(shape);
    if (i == 1) {
      ahead.skip();
      continue;
    }
    const at::Tensor draw = ahead.next();
    EXPECT_EQ(draw.scalar_type(), at::kFloat);
    EXPECT_TRUE(at::equal(draw, expected)) << i;
    EXPECT_EQ(source.draws, i < 4 ? 4 : i + 1);  // all that the run makes at once, and no more than is asked for
  }
}

TEST(NoiseAheads, thatAreSkippedAreNotBroughtAlong) {
  CountedNoise source;
  DrawnNoise same(7);
  NoiseAhead ahead(source, {1, 4, 2, 2}, at::kCPU, 5);
  for (int i = 0; i < 3; ++i) {
    ahead.skip();
    same.normal({1, 4, 2, 2});
  }
  EXPECT_EQ(source.draws, 3);
  EXPECT_TRUE(at::equal(ahead.next(), same.normal({1, 4, 2, 2})));
  EXPECT_EQ(source.draws, 5);
}

TEST(NoiseAheads, takeNoMoreMemoryThanTheyMay) {
  const std::int64_t side = 1024;
  const std::vector<std::int64_t> shape = {1, 4, side, side};  // a quarter of it
  ASSERT_EQ(NoiseAhead::kMost / static_cast<std::int64_t>(4 * sizeof(float) * side * side), 4);
  CountedNoise source;
  NoiseAhead ahead(source, shape, at::kCPU, 6);
  ahead.next();
  EXPECT_EQ(source.draws, 4);
  for (int i = 1; i < 5; ++i) ahead.next();
  EXPECT_EQ(source.draws, 6);
  NoiseAhead large(source, {1, 4, 2 * side, 4 * side}, at::kCPU, 3);
  large.next();
  EXPECT_EQ(source.draws, 7);
}

TEST(NoiseAheads, areDrawnOneAtATimeWhereTheHostIsNotAhead) {
  const Without without(Saving::Ahead);
  CountedNoise source;
  DrawnNoise same(7);
  NoiseAhead ahead(source, {1, 4, 2, 2}, at::kCPU, 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(at::equal(ahead.next(), same.normal({1, 4, 2, 2}))) << i;
    EXPECT_EQ(source.draws, i + 1);
  }
}

}  // namespace
}  // namespace heirloom::tests
