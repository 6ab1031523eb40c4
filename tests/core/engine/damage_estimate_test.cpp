#include "core/engine/damage_estimate.h"

#include <gtest/gtest.h>

#include <vector>

namespace heirloom::core {
namespace {

TEST(DamageEstimate, isWhatThePreviewsMovedInAll) {
  EXPECT_FALSE(estimateDamage(std::vector<double>{}));
  EXPECT_FALSE(estimateDamage(std::vector{5.0}));
  const auto estimate = [](std::vector<double> changes) { return estimateDamage(changes).value(); };
  EXPECT_NEAR(estimate({0.1, 0.05, 0.02}).value, 0.17, 1e-12);
  EXPECT_EQ(estimate({0.1, 0.05, 0.02}).damage, Damage::Light);
  EXPECT_EQ(estimate({0.2, 0.05}).damage, Damage::Medium);
  EXPECT_EQ(estimate({0.5, 0.25}).damage, Damage::Heavy);
  // More steps that move less each tell the same.
  EXPECT_EQ(estimate({0.25, 0.25, 0.125, 0.125}).value, estimate({0.5, 0.25}).value);
}

}  // namespace
}  // namespace heirloom::core
