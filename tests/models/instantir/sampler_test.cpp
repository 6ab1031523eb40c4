// What a restoration promises whatever its weights are (instantir.md 7.4).

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "models/common/error.h"
#include "models/cuda.h"
#include "models/sdxl/weight_stream.h"
#include "tests/models/instantir/sampler_runs.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST_F(InstantIrRuns, aConditionOfZeroIsNoAggregator) {
  SamplerSettings none = three, never = three;
  none.condition = 0;
  never.creativeStart = 0;
  const at::Tensor result = run(none);
  EXPECT_TRUE(result.equal(run(never)));
  EXPECT_GT(apart(result, run(three)), 1e-2);
  // And it is not run: without weights it would throw.
  for (const auto& module : made.aggregator->modules()) {
    auto* layer = dynamic_cast<Layer*>(module.get());
    if (layer && !dynamic_cast<LinearImpl*>(layer)) layer->unload();
  }
  EXPECT_TRUE(result.equal(run(none)));
  EXPECT_ANY_THROW(run(three));
}

TEST_F(InstantIrRuns, withoutPreviewsThePreviewerIsNotAsked) {
  SamplerSettings late = three;
  late.previewStart = 1;
  int previews = 0;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) { previews += step.preview.defined(); };
  const at::Tensor result = run(late, events);
  EXPECT_EQ(previews, 0);
  made = loadInstantIr(kConfig, recordedSource(kConfig), {}, {});
  EXPECT_TRUE(result.equal(run(late)));
  EXPECT_FALSE(result.equal(run(three)));
}

TEST_F(InstantIrRuns, aRunGoesOnFromAKeptStep) {
  for (const Adaptive adaptive : {Adaptive::Off, Adaptive::Compat, Adaptive::Stable}) {
    SamplerSettings settings{.steps = 5, .adaptive = adaptive};
    std::vector<std::shared_ptr<const SamplerState>> kept;
    SamplerEvents events;
    events.stepDone = [&](const StepReport& step) { kept.push_back(step.state); };
    const at::Tensor whole = run(settings, events);
    ASSERT_EQ(kept.size(), 5U);
    for (const auto& state : kept) EXPECT_TRUE(run(settings, {}, state.get()).equal(whole)) << state->next;
  }
}

TEST_F(InstantIrRuns, twoPicturesAtOnceAreTwoRuns) {
  const auto both = [](const at::Tensor& a, const at::Tensor& b) { return at::cat({a, b}); };
  const auto doubled = [&](const Guide& guide) {
    return Guide{both(guide.text, guide.text), both(guide.pooled, guide.pooled),
                 both(guide.picture, guide.picture.flip({1}))};
  };
  const auto flipped = [](Guide guide) {
    guide.picture = guide.picture.flip({1});
    return guide;
  };
  const at::Tensor other = recordedInput("other_latent", {1, 4, 16, 16});

  /// Gives both pictures of a batch what each has alone.
  struct SharedNoise : NoiseSource {
    at::Tensor normal(at::IntArrayRef shape) override {
      return noise.normal({1, shape[1], shape[2], shape[3]}).expand(shape);
    }
    RecordedNoise noise;
  };
  for (const Adaptive adaptive : {Adaptive::Off, Adaptive::Stable}) {
    SamplerSettings settings{.steps = 4, .adaptive = adaptive};
    InstantIrSampler sampler(made, NoiseSchedule(), settings);
    SharedNoise noise, first, second;
    const at::Tensor batch =
        sampler.run(both(degraded(), other), doubled(positiveGuide()), doubled(negativeGuide()), kTinySizes, noise);
    const at::Tensor a = sampler.run(degraded(), positiveGuide(), negativeGuide(), kTinySizes, first);
    const at::Tensor b = sampler.run(other, flipped(positiveGuide()), flipped(negativeGuide()), kTinySizes, second);
    EXPECT_LT(apart(batch, both(a, b)), 1e-4);
  }
}

TEST_F(InstantIrRuns, picturesGoThroughTogetherOrOneAfterTheOther) {
  const auto triple = [](const at::Tensor& x) { return at::cat({x, x.flip({-1}), x * 0.5}); };
  const auto forThree = [&](const Guide& guide) {
    return Guide{triple(guide.text), triple(guide.pooled), triple(guide.picture)};
  };
  for (SamplerSettings settings : {SamplerSettings{.steps = 3}, SamplerSettings{.steps = 3, .guidance = 1},
                                   SamplerSettings{.steps = 3, .adaptive = Adaptive::Compat}}) {
    const auto run = [&](int atOnce) {
      settings.atOnce = atOnce;
      RecordedNoise noise;
      return InstantIrSampler(made, NoiseSchedule(), settings)
          .run(triple(degraded()), forThree(positiveGuide()), forThree(negativeGuide()), kTinySizes, noise);
    };
    EXPECT_LT(apart(run(2), run(0)), 1e-3) << settings.guidance;
  }
}

TEST_F(InstantIrRuns, bothHoldingsOfThePreviewerAgree) {
  const at::Tensor beside = run(three);
  made = networks({}, {.mergedPreviewer = true});
  EXPECT_LT(apart(run(three), beside), 1e-4);
}

TEST_F(InstantIrRuns, halfPrecisionStaysNear) {
  struct Outputs {
    at::Tensor tokens, noise, middle;
  };
  const c10::InferenceMode inference;
  const auto outputs = [&](const Placement& placement) {
    InstantIrNetworks placed = networks(placement);
    const at::Tensor time = at::full({1}, 958.0), sizes = at::tensor(kTinySizes, at::kInt).to(at::kFloat).view({1, 6});
    const Guide guide = positiveGuide();
    Pass pass;
    pass.text = guide.text;
    pass.image = placed.main->image_proj->forward(guide.picture, false);
    pass.embeddings = placed.aggregator->embeddings(time, guide.pooled, sizes);
    const Residuals residuals = placed.aggregator->forward(degraded(), recordedInput("preview", {1, 4, 16, 16}), pass);
    pass.embeddings = placed.main->unet->embeddings(time, guide.pooled, sizes);
    const at::Tensor noise = placed.main->unet->forward(recordedInput("latent", {1, 4, 16, 16}), pass);
    EXPECT_EQ(noise.scalar_type(), at::kFloat);
    return Outputs{pass.image, noise, residuals.middle};
  };
  const Outputs exact = outputs({});
  // float16 has eight times finer steps, and a range that must do at the noisiest time step, too.
  struct Half {
    at::ScalarType precision;
    double least, most;
  };
  for (const auto& [precision, least, most] : {Half{at::kBFloat16, 1e-4, 2e-2}, Half{at::kHalf, 1e-5, 5e-3}}) {
    for (const bool plain : {true, false}) {
      SCOPED_TRACE(std::string(c10::toString(precision)) + (plain ? " plain" : ""));
      const Outputs half = outputs({.precision = precision, .plain = plain});
      for (const at::Tensor& found : {half.tokens, half.noise, half.middle})
        EXPECT_TRUE(found.isfinite().all().item<bool>());
      EXPECT_LT(apart(half.tokens, exact.tokens), most);
      EXPECT_LT(apart(half.noise, exact.noise), most);
      EXPECT_LT(apart(half.middle, exact.middle), most);
      EXPECT_GT(apart(half.noise, exact.noise), least);
    }
  }
}

TEST_F(InstantIrRuns, valuesThatAreNoNumbersNameTheirStep) {
  /// The third draw is spoilt: that of step 2.
  struct SpoiltNoise : RecordedNoise {
    at::Tensor normal(at::IntArrayRef shape) override {
      const at::Tensor values = RecordedNoise::normal(shape);
      return draws() == 3 ? values.fill_(std::numeric_limits<float>::quiet_NaN()) : values;
    }
  };
  // Whoever asks at every step is told none of it, who does not hears of it one step late; the last one is asked for.
  struct Row {
    int count;
    bool asks;
    int told;
  };
  for (const Row& row : {Row{3, true, 1}, Row{3, false, 2}, Row{2, false, 2}}) {
    SpoiltNoise noise;
    int steps = 0;
    SamplerEvents events;
    events.stepDone = [&](const StepReport& step) {
      if (row.asks) step.requireNumbers();
      ++steps;
    };
    try {
      InstantIrSampler(made, NoiseSchedule(), {.steps = row.count})
          .run(degraded(), positiveGuide(), negativeGuide(), kTinySizes, noise, events);
      FAIL() << "taken";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("step 2 of " + std::to_string(row.count)), std::string::npos)
          << error.what();
    }
    EXPECT_EQ(steps, row.told);
  }
}

TEST_F(InstantIrRuns, drawOnceForEveryStep) {
  for (const double strength : {1.0, 0.7, 0.0}) {
    SamplerSettings settings{.steps = 4};
    settings.strength = strength;
    RecordedNoise noise;
    InstantIrSampler(made, NoiseSchedule(), settings)
        .run(degraded(), positiveGuide(), negativeGuide(), kTinySizes, noise);
    EXPECT_EQ(noise.draws(), 1 + 4 - firstStep(settings));
  }
}

TEST_F(InstantIrRuns, stopsBetweenTheBlocksOfEveryNetwork) {
  StopAt never(-1);
  SamplerEvents events{.watch = &never};
  run({.steps = 1}, events);
  EXPECT_EQ(never.inside, 0);
  // 17 + 11 + 17 and 4 samplers of either UNet, 17 branches and the resampler, and of the aggregator 8, 5, 8 and 2, and
  // 10 heads.
  EXPECT_EQ(never.seen, 2 * (49 + 17 + 1) + 33);
  for (const int block : {0, 40, 60, 130}) {
    StopAt stop(block);
    events.watch = &stop;
    EXPECT_THROW(run({.steps = 1}, events), Stopped) << block;
    EXPECT_EQ(stop.inside, 0);
  }
}

TEST_F(InstantIrRuns, streamedWeightsGiveTheSameBits) {
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    const Placement placement{.precision = precision};
    made = networks(placement);
    const at::Tensor resident = run(three);
    StopAt asked(-1);
    WeightStream stream(recordedSource(kConfig), placement, &asked);
    made = networks(placement, {.stream = &stream});
    SamplerEvents events{.watch = &stream};
    EXPECT_TRUE(run(three, events).equal(resident)) << c10::toString(precision);
    EXPECT_EQ(asked.inside, 0);
    // The branches and the resampler are wanted in the first step alone, by the previewer and the main network.
    EXPECT_EQ(stream.loads(), 3 * (2 * 49 + 23) + 2 * (17 + 1));
    EXPECT_GT(stream.foreseen(), stream.loads() / 2);
    // The blocks are empty again: what stays are the ends, the embeddings, the heads and the resampler's queries.
    const auto held = [](const torch::nn::Module& network) {
      std::int64_t count = 0;
      for (const at::Tensor& parameter : network.parameters()) count += parameter.numel();
      return count;
    };
    EXPECT_LT(held(*made.main->unet), 100'000);
    EXPECT_EQ(held(*made.main->ip_adapter), 0);
    EXPECT_EQ(held(*made.main->image_proj), kConfig.resampler.queries * kConfig.resampler.width);
  }
}

TEST_F(InstantIrRuns, onAGpuStreamedWeightsArriveBeforeTheyAreUsed) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    const Placement placement{at::kCUDA, precision};
    const auto runOnGpu = [&](BlockWatch* watch) {
      RecordedNoise noise;
      return InstantIrSampler(made, NoiseSchedule(), {.steps = 6})
          .run(degraded().cuda(), onGpu(positiveGuide()), onGpu(negativeGuide()), kTinySizes, noise, {.watch = watch});
    };
    made = networks(placement);
    const at::Tensor resident = runOnGpu(nullptr);
    WeightStream stream(recordedSource(kConfig), placement);
    made = networks(placement, {.stream = &stream});
    EXPECT_LT(apart(runOnGpu(&stream), resident), precision == at::kFloat ? 1e-3 : 2e-2) << precision;
    EXPECT_GT(stream.foreseen(), stream.loads() / 2);
  }
}

TEST_F(InstantIrRuns, lessStrengthStartsNearerToThePhoto) {
  SamplerSettings weak{.steps = 10};
  weak.strength = 0.1;
  EXPECT_EQ(firstStep(weak), 9);
  std::vector<int> times;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) { times.push_back(step.t); };
  run(weak, events);
  EXPECT_EQ(times, std::vector<int>{1});
  weak.strength = 0;
  EXPECT_TRUE(run(weak).equal(degraded()));
}

TEST_F(InstantIrRuns, theStableWeightKeepsWhatAStalePreviewWouldSpoil) {
  SamplerSettings settings{.steps = 5, .adaptive = Adaptive::Stable};
  std::vector<double> factors, scales;
  std::vector<bool> previews;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) {
    factors.push_back(step.factors[0]);
    scales.push_back(step.scales[0]);
    previews.push_back(step.preview.defined());
    EXPECT_EQ(step.change.defined(), step.preview.defined() && step.index > 0);
  };
  run(settings, events);
  // As the records' AdaRes up to the first skipped step; there the condition stays off instead of flipping.
  EXPECT_NEAR(factors[0], 1.58306, 1e-3);
  EXPECT_NEAR(factors[1], 0.0978689, 1e-4);
  EXPECT_EQ(previews, (std::vector<bool>{true, true, false, false, false}));
  EXPECT_EQ(factors[2], factors[1]);
  settings.threshold = 0.05;
  previews.clear();
  run(settings, events);
  EXPECT_TRUE(previews[2]);
}

TEST_F(InstantIrRuns, endEarlyWithThePreviewThatRests) {
  SamplerSettings settings{.steps = 6};
  std::vector<double> changes;  // changes[i]: of step i + 1, from 0
  std::vector<at::Tensor> previews;
  std::vector<std::shared_ptr<const SamplerState>> kept;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) {
    previews.push_back(step.preview);
    kept.push_back(step.state);
    if (step.change.defined()) changes.push_back(step.change.item<double>());
  };
  const at::Tensor whole = run(settings, events);
  ASSERT_EQ(changes.size(), 5U);
  const std::vector<double> all = changes;
  const std::vector<at::Tensor> shown = previews;
  bool early = false, ended = false;
  for (const double change : all) {
    settings.earlyStop = 1.0001 * change;
    std::size_t second = 1;  // of two in a row
    while (second < all.size() && std::max(all[second - 1], all[second]) >= settings.earlyStop) ++second;
    const std::size_t steps = std::min(second + 2, std::size_t{6});
    const at::Tensor expected = steps < 6 ? shown[steps - 1] : whole;
    previews.clear(), kept.clear();
    EXPECT_TRUE(run(settings, events).equal(expected)) << change;
    EXPECT_EQ(previews.size(), steps);
    const std::vector<std::shared_ptr<const SamplerState>> states = kept;
    for (std::size_t i = 0; i + 1 < steps; ++i) EXPECT_TRUE(run(settings, {}, states[i].get()).equal(expected)) << i;
    (steps < 6 ? early : ended) = true;
  }
  // With a bound at the largest change the third step is the last one, with one at the smallest there are not two.
  EXPECT_TRUE(early && ended);
}

TEST_F(InstantIrRuns, goOnToTheirEndWhereNothingIsSaidOfPreviewsThatRest) {
  std::vector<std::shared_ptr<const SamplerState>> kept;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) { kept.push_back(step.state); };
  SamplerSettings settings{.steps = 5, .earlyStop = 1e6};
  run(settings, events);
  ASSERT_EQ(kept.size(), 3U);
  settings.earlyStop = 0;
  EXPECT_TRUE(run(settings, {}, kept.back().get()).equal(run(settings)));
  // Nor does a previewer rest that does not run.
  settings.earlyStop = 1e6;
  settings.previewStart = 1;
  kept.clear();
  run(settings, events);
  EXPECT_EQ(kept.size(), 5U);
}

TEST_F(InstantIrRuns, rescaledGuidanceHasTheSpreadOfThePositiveHalf) {
  const at::Tensor both = at::cat({recordedInput("latent", {2, 4, 16, 16}), recordedInput("preview", {2, 4, 16, 16})});
  const auto spread = [](const at::Tensor& x) { return x.flatten(1).std(1); };
  const at::Tensor positive = spread(both.narrow(0, 2, 2));
  const auto with = [&](double rescale) { return withGuidance(both, {.guidance = 7, .guidanceRescale = rescale}); };
  EXPECT_LT(apart(spread(with(1)), positive), 1e-5);
  EXPECT_LT(apart(spread(with(0.5)), (spread(with(0)) + positive) / 2), 1e-5);
  EXPECT_GT(apart(spread(with(0)), positive), 1);
  SamplerSettings rescaled = three;
  rescaled.guidanceRescale = 0.7;
  EXPECT_GT(apart(run(rescaled), run(three)), 1e-3);
}

TEST_F(InstantIrRuns, settingsOutOfRangeAreRefused) {
  for (SamplerSettings wrong :
       {SamplerSettings{.steps = 0}, SamplerSettings{.steps = 5000}, SamplerSettings{.guidance = -1},
        SamplerSettings{.previewStart = 1.5}, SamplerSettings{.strength = -0.1}})
    EXPECT_THROW(run(wrong), Error);
}

TEST(InstantIrGates, followTheFractionsOfTheRun) {
  SamplerSettings settings;
  settings.creativeStart = 0.8;
  settings.previewStart = 0.1;
  const std::vector<Gate> gates = gatesOf(settings);
  ASSERT_EQ(gates.size(), 30U);
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(gates[static_cast<std::size_t>(i)], (Gate{.conditions = i < 24, .previews = i >= 3})) << i;
  settings.creativeStart = 0.6;
  EXPECT_EQ(std::ranges::count(gatesOf(settings), true, &Gate::conditions), 18);
}

}  // namespace
}  // namespace heirloom::tests
