// How much work a restoration is, by count.

#include "models/instantir/cost.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/models/instantir/golden.h"
#include "tests/models/support/counted_work.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

const CostedRun kTinyRun = {.height = 16, .width = 24, .textTokens = 7, .pictureTokens = 17, .rank = 4};

TEST(InstantIrCost, isTheWorkThatLibTorchIsAskedFor) {
  const InstantIrConfig config = tinyInstantIr();
  for (const bool merged : {false, true}) {
    CostedRun counted = kTinyRun;
    if (merged) counted.rank = 0;
    const InstantIrNetworks networks = loadInstantIr(config, recordedSource(config), recordedCorrections(config),
                                                     {.plain = true}, {.mergedPreviewer = merged});
    SamplerSettings settings{.steps = 4};
    settings.previewStart = 0.25;
    settings.creativeStart = 0.75;
    for (const double guidance : {7.0, 1.0}) {
      settings.guidance = guidance;
      InstantIrSampler sampler(networks, NoiseSchedule(), settings);
      RecordedNoise noise;
      const CountedWork work;
      sampler.run(recordedInput("lq_latent", {1, 4, 16, 24}), positiveGuide(), negativeGuide(),
                  {128, 192, 0, 0, 128, 192}, noise);
      EXPECT_NEAR(work.sum() / costOf(config, settings, counted).total, 1, 1e-9) << merged << " " << guidance;
    }
  }
}

TEST(InstantIrCost, ofTheWholePublishedRunStaysBelowItsBar) {
  constexpr double kTera = 1e12;
  constexpr double kVae = 2.44 * kTera + 5.24 * kTera;  // encoder and decoder at 1024 x 1024
  const InstantIrCost cost = costOf(InstantIrConfig(), {}, {.rank = 0});
  EXPECT_NEAR(cost.main / 2 / kTera, 3.4, 0.06);
  EXPECT_NEAR(cost.aggregator / 2 / kTera, 3.10, 0.02);
  RecordProperty("tflop", std::to_string(2 * (cost.total + kVae) / kTera));
  EXPECT_LE(2 * (cost.total + kVae), 1210 * kTera);
  // With the corrections beside the layers a preview is 8 % more work.
  const InstantIrCost beside = costOf(InstantIrConfig(), {}, {.rank = 64});
  EXPECT_NEAR(beside.preview / beside.main, 1.08, 0.005);
  // Free painting costs a third of a step.
  SamplerSettings creative;
  creative.creativeStart = 0;
  EXPECT_LT(costOf(InstantIrConfig(), creative).total, cost.total * 0.36);
}

}  // namespace
}  // namespace heirloom::tests
