#include "core/quality/affine.h"

#include <gtest/gtest.h>

namespace heirloom::core {
namespace {

TEST(AffineCorrection, undoesASlopeAndAnOffsetInEachBandOfItsOwn) {
  FloatImage clean{5, 4, 3, {}};
  FloatImage degraded = clean;
  for (int i = 0; i < 5 * 4; ++i) {
    for (int band = 0; band < 3; ++band) {
      const float value = 0.05F * static_cast<float>((7 * i + band) % 17);
      clean.values.push_back(value);
      degraded.values.push_back(0.3F * static_cast<float>(band + 1) * value + 0.1F * static_cast<float>(band));
    }
  }
  const FloatImage corrected = affineCorrected(degraded, clean);
  for (std::size_t i = 0; i < clean.values.size(); ++i) EXPECT_NEAR(corrected.values[i], clean.values[i], 1e-5);
}

TEST(AffineCorrection, ofNothingIsTheMean) {
  const FloatImage clean{2, 1, 1, {0.2F, 0.6F}}, degraded{2, 1, 1, {0.5F, 0.5F}};
  for (const float value : affineCorrected(degraded, clean).values) EXPECT_NEAR(value, 0.4, 1e-6);
}

}  // namespace
}  // namespace heirloom::core
