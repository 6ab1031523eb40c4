#include "core/quality/numpy_random.h"

#include <gtest/gtest.h>

namespace heirloom::core {
namespace {

TEST(NumpyRandom, givesTheKnownNormalsOfSeedZero) {
  NumpyRandom random(0);
  for (const double expected : {1.76405235, 0.40015721, 0.97873798, 2.2408932, 1.86755799}) {
    EXPECT_NEAR(random.normal(), expected, 5e-9);
  }
}

TEST(NumpyRandom, givesTheKnownUniformsOfSeedZero) {
  // numpy.random.seed(0); numpy.random.rand(3)
  NumpyRandom random(0);
  for (const double expected : {0.5488135039273248, 0.7151893663724195, 0.6027633760716439}) {
    EXPECT_DOUBLE_EQ(random.uniform(), expected);
  }
}

TEST(NumpyRandom, staysNormalBeyondItsFirstBlockOfWords) {
  NumpyRandom random(7);
  constexpr int kCount = 100'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  EXPECT_NEAR(squares / kCount, 1, 0.02);
}

}  // namespace
}  // namespace heirloom::core
